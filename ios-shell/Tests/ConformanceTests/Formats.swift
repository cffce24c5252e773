import LibCrypto
import Street

// The formats as `docs/formats.md` has them, read by nothing but the platform's libraries: a third reader.

/// The bytes of hexadecimal text; none if it is not that, which no hash and no signature is of.
func bytes(_ hex: Json) -> [UInt8] {
    let digits = Array(hex.text ?? "")
    let bytes = stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(String(digits[$0...$0 + 1]), radix: 16) }
    return bytes.allSatisfy { $0 != nil } ? bytes.compactMap { $0 } : []
}

func hex<Bytes: Sequence>(_ bytes: Bytes) -> String where Bytes.Element == UInt8 {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

func big(_ number: Int64, _ size: Int) -> [UInt8] {
    (0..<size).map { UInt8(truncatingIfNeeded: number >> (8 * (size - 1 - $0))) }
}

func big(_ number: Json, _ size: Int) -> [UInt8] { big(number.number ?? -1, size) }

func number(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }

/// An Ed25519 signature by the 32 bytes of a public key.
func signedBy(_ key: [UInt8], _ signature: [UInt8], _ parts: [[UInt8]]) -> Bool {
    let message = Array(parts.joined())
    let context = EVP_MD_CTX_new()
    let public_ = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, key, key.count)
    defer {
        EVP_MD_CTX_free(context)
        EVP_PKEY_free(public_)
    }
    return EVP_DigestVerifyInit(context, nil, nil, nil, public_) == 1
        && EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
}

func sha256(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    let input = Array(bytes)
    var out = [UInt8](repeating: 0, count: 32)
    return EVP_Digest(input, input.count, &out, nil, EVP_sha256(), nil) == 1 ? out : []
}

func insist(_ holds: Bool, _ what: String) throws {
    guard holds else { throw Broken(what) }
}

/// Bytes taken one after another.
struct Taken {
    let bytes: [UInt8]
    var at = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func take(_ count: Int) throws -> [UInt8] {
        try insist(count >= 0 && count <= bytes.count - at, "\(count) bytes are not there")
        defer { at += count }
        return Array(bytes[at..<at + count])
    }

    mutating func byte() throws -> UInt8 { try take(1)[0] }

    /// LEB128.
    mutating func unsigned() throws -> Int64 {
        var number: Int64 = 0
        for shift in stride(from: 0, to: 64, by: 7) {
            let byte = try byte()
            number |= Int64(byte & 0x7f) << shift
            if byte & 0x80 == 0 { return number }
        }
        throw Broken("too long a number")
    }

    mutating func signed() throws -> Int64 {
        var number: Int64 = 0
        for shift in stride(from: 0, to: 64, by: 7) {
            let byte = try byte()
            number |= Int64(byte & 0x7f) << shift
            if byte & 0x80 == 0 { return byte & 0x40 != 0 && shift < 57 ? number | (-1 << (shift + 7)) : number }
        }
        throw Broken("too long a number")
    }
}

/// One item of CBOR. Refuses what is not deterministic.
enum Cbor: Equatable {
    case number(Int64)
    case bytes([UInt8])
    case text(String)
    case list([Cbor])
    /// In the order in which the keys stand there.
    case map([(Int64, Cbor)])
    case bool(Bool)
    case null

    static func == (a: Cbor, b: Cbor) -> Bool { "\(a)" == "\(b)" }

    static func whole(_ bytes: [UInt8]) throws -> Cbor {
        var taken = Taken(bytes)
        let item = try item(&taken)
        try insist(taken.at == bytes.count, "more after the item")
        return item
    }

    subscript(key: Int64) -> Cbor? {
        if case .map(let members) = self { members.first { $0.0 == key }?.1 } else { nil }
    }

    var keys: [Int64] { if case .map(let members) = self { members.map(\.0) } else { [] } }

    private static func item(_ taken: inout Taken) throws -> Cbor {
        let first = try taken.byte()
        if first >> 5 == 7 {
            switch first & 31 {
            case 20: return .bool(false)
            case 21: return .bool(true)
            case 22: return .null
            default: throw Broken("simple value \(first & 31)")
            }
        }
        let number = try argument(first & 31, &taken)
        switch first >> 5 {
        case 0: return .number(number)
        case 1: return .number(-1 - number)
        case 2: return .bytes(try taken.take(Int(number)))
        case 3: return .text(String(decoding: try taken.take(Int(number)), as: UTF8.self))
        case 4: return .list(try (0..<number).map { _ in try item(&taken) })
        case 5: return .map(try members(number, &taken))
        default: throw Broken("major type \(first >> 5)")
        }
    }

    private static func members(_ count: Int64, _ taken: inout Taken) throws -> [(Int64, Cbor)] {
        var last: Int64 = -1
        return try (0..<count).map { _ in
            guard case .number(let key) = try item(&taken), key > last else { throw Broken("keys are not ascending") }
            last = key
            return (key, try item(&taken))
        }
    }

    private static func argument(_ low: UInt8, _ taken: inout Taken) throws -> Int64 {
        if low < 24 { return Int64(low) }
        try insist(low <= 27, "indefinite length")
        let size = 1 << (Int(low) - 24)
        let number = Int64(bitPattern: try taken.take(size).reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
        try insist(number >= (size == 1 ? 24 : Int64(1) << (size * 4)), "\(number) is not written shortest")
        return number
    }
}

/// One Automerge change chunk of our one shape.
struct Chunk {
    let hash: [UInt8]
    let deps: [[UInt8]]
    let actor: [UInt8]
    let seq: Int64
    let startOp: Int64
    let time: Int64
    let act: [UInt8]

    init(_ bytes: [UInt8]) throws {
        var taken = Taken(bytes)
        func expect(_ hexText: String) throws {
            try insist(hex(try taken.take(hexText.utf8.count / 2)) == hexText, "\(hexText) expected before \(taken.at)")
        }
        try expect("856f4a83")
        let checksum = try taken.take(4)
        hash = sha256(bytes[8...])
        try insist(checksum == Array(hash.prefix(4)), "checksum")
        try expect("01")
        try insist(try taken.unsigned() == bytes.count - taken.at, "length")
        deps = try (0..<taken.unsigned()).map { _ in try taken.take(32) }
        try insist(try taken.unsigned() == 16, "actor")
        actor = try taken.take(16)
        seq = try taken.unsigned()
        startOp = try taken.unsigned()
        time = try taken.signed()
        try expect("0000")
        try expect("06152a34014202")
        try insist(try taken.unsigned() == 0x56, "value kinds")
        let kindBytes = try taken.unsigned()
        try insist(try taken.unsigned() == 0x57, "values")
        let actBytes = try taken.unsigned()
        try expect("70027f28")
        let start = String(startOp, radix: 16)
        let key = String(repeating: "0", count: 8 - start.count) + start + hex(actor)
        try insist(String(decoding: try taken.take(40), as: UTF8.self) == key, "root key")
        try expect("017f01")
        let kindAt = taken.at
        try expect("7f")
        try insist(try taken.unsigned() == actBytes * 16 + 7, "a byte string")
        try insist(taken.at - kindAt == kindBytes, "length of the value's kind")
        act = try taken.take(Int(actBytes))
        try expect("7f00")
        try insist(taken.at == bytes.count, "more after the chunk")
    }
}

/// The ten characters by which people name a record.
enum Code {
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")

    private static func timesAlpha(_ x: Int) -> Int { (x << 1) & 32 != 0 ? (x << 1) ^ 0b100101 : x << 1 }

    static func of(_ record: [UInt8]) -> String {
        let bits = number(record[8..<16]) >> (62 - 45) & ((1 << 45) - 1)
        let data = (0..<9).map { Int(bits >> (5 * (8 - UInt64($0))) & 31) }
        let check = timesAlpha(data.reduce(0) { timesAlpha($0) ^ $1 })
        return String((data + [check]).map { alphabet[$0] })
    }

    static func fits(_ code: String) -> Bool {
        code.reduce(0) { timesAlpha($0) ^ (alphabet.firstIndex(of: $1) ?? 32) } == 0
    }
}
