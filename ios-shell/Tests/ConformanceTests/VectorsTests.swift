import Street
import Testing

/// Every vector, recomputed here from its fields by the formats' text alone.
struct VectorsTests {
    private let all: [Json]

    init() throws { all = try Json.file("vectors.json")["vectors"].list }

    private func each(_ what: String, atLeast: Int, _ check: (Json) throws -> Void) throws {
        let found = all.filter { $0["what"] == .text(what) }
        #expect(found.count >= atLeast, "\(what)")
        try found.forEach(check)
    }

    private func utf8(_ text: Json) -> [UInt8] { Array((text.text ?? "").utf8) }
    private func tag(_ text: String) -> [UInt8] { Array(text.utf8) }
    private func first16(_ hash: [UInt8]) -> Json { .text(hex(hash.prefix(16))) }

    @Test("there are fifty vectors and no sort that is not read here")
    func sorts() {
        #expect(all.count >= 50)
        let read: Set = [
            "street", "feed", "device", "record", "mistyped", "entry", "link", "seal", "first_head", "line", "notice", "head",
            "certificate", "pack", "grant",
        ]
        #expect(read == Set(all.compactMap { $0["what"].text }))
    }

    @Test("blake3 is that of its specification")
    func blake3() {
        #expect(hex(Blake3.hash([])) == "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262")
    }

    @Test("ids are hashes of what they name")
    func ids() throws {
        try each("street", atLeast: 1) { #expect($0["street"] == first16(Blake3.hash(tag("gewu street 1"), bytes($0["root_key"])))) }
        try each("feed", atLeast: 4) {
            let named = Blake3.hash(tag("gewu feed 1"), bytes($0["street"]), big($0["kind"], 1), utf8($0["code"]))
            #expect($0["feed"] == first16(named))
        }
        try each("device", atLeast: 2) { #expect($0["device"] == first16(Blake3.hash(bytes($0["public_key"])))) }
    }

    @Test("a record id names its author and gives its code")
    func records() throws {
        try each("record", atLeast: 4) {
            let record = bytes($0["record"])
            let first = number(record[..<8])
            #expect($0["time_ms"].number == Int64(first >> 16))
            #expect(0x7000 | ($0["count"].number ?? -1) == Int64(first & 0xffff))
            let variant: UInt64 = 1 << 63
            let without = Array(record[..<8]) + [0x80, 0, 0, 0, 0, 0, 0, 0]
            let naming = number(Blake3.hash(tag("gewu record 1"), bytes($0["author"]), without)[..<8]) >> 2
            #expect(naming | variant == number(record[8..<16]))
            #expect($0["code"] == .text(Code.of(record)))
            #expect(Code.fits($0["code"].text ?? ""))
        }
        try each("mistyped", atLeast: 1) { #expect(!Code.fits($0["code"].text ?? "")) }
    }

    @Test("every chunk holds the fields and gives the hashes")
    func chunks() throws {
        var unknown = 0
        try each("entry", atLeast: 30) {
            let chunk = try Chunk(bytes($0["chunk"]))
            #expect($0["change"] == .text(hex(chunk.hash)))
            #expect($0["author"] == .text(hex(chunk.actor)))
            #expect([$0["change_seq"], $0["start_op"], $0["time_s"]] == [Json(chunk.seq), Json(chunk.startOp), Json(chunk.time)])
            #expect($0["deps"].list == chunk.deps.map { .text(hex($0)) })
            #expect($0["act"] == .text(hex(chunk.act)))
            let entry = Blake3.hash(
                tag("gewu entry 1"), [1, 1], bytes($0["feed"]), chunk.actor, big($0["seq"], 8), bytes($0["record"]),
                big($0["record_kind"], 2), chunk.hash)
            #expect($0["entry"] == .text(hex(entry)))
            try act(chunk.act, $0["act_says"])
            if $0["act_says"]["kind_name"] == .null { unknown += 1 }
            if $0["detail"] != .null { try detail($0["detail"], $0["act_says"]) }
        }
        #expect(unknown >= 3, "acts of a newer version")
    }

    private func plain(_ item: Cbor?) -> Json {
        switch item {
        case .number(let number): .number(number)
        case .text(let text): .text(text)
        case .bytes(let bytes): .text(hex(bytes))
        default: .null
        }
    }

    private func act(_ bytes: [UInt8], _ says: Json) throws {
        let act = try Cbor.whole(bytes)
        #expect(says["keys"].list == act.keys.map { .number($0) })
        #expect(says["body_keys"].list == (act[5]?.keys ?? []).map { .number($0) })
        #expect([says["kind"], says["grant"], says["pack"], says["detail"]] == [0, 1, 2, 4].map { plain(act[$0]) })
        #expect(says["basis"] == (act[3] == .number(0) ? "proven" : "claimed"))
    }

    private func detail(_ detail: Json, _ act: Json) throws {
        let cbor = bytes(detail["cbor"])
        let hash = Json.text(hex(Blake3.hash(tag("gewu detail 1"), bytes(detail["salt"]), cbor)))
        #expect(detail["hash"] == hash)
        #expect(act["detail"] == hash)
        let read = try Cbor.whole(cbor)
        let says = detail["says"]
        #expect([says["text"], says["reason"]] == [plain(read[0]), plain(read[2])])
        #expect(says["place"]["latitude_e7"] == plain(read[1]?[0]))
        #expect(says["place"]["longitude_e7"] == plain(read[1]?[1]))
    }

    @Test("a flipped bit of a chunk is found")
    func flipped() throws {
        let chunk = bytes(all.first { $0["what"] == "entry" }?["chunk"] ?? .null)
        #expect(chunk.count > 100)
        for at in chunk.indices {
            var bad = chunk
            bad[at] ^= 4
            #expect(throws: Broken.self) { try Chunk(bad) }
        }
    }

    private func link(_ before: [UInt8], _ entry: [UInt8]) -> [UInt8] { Blake3.hash(tag("gewu link 1"), before, entry) }

    @Test("links and seals come out")
    func seals() throws {
        try each("link", atLeast: 3) { #expect($0["after"] == .text(hex(link(bytes($0["before"]), bytes($0["entry"]))))) }
        try each("seal", atLeast: 3) {
            let last = $0["entries"].list.reduce(bytes($0["prev_link"])) { link($0, bytes($1)) }
            #expect($0["link"] == .text(hex(last)))
            var parts = [
                tag("gewu seal 1"), bytes($0["street"]), [1, 1], bytes($0["feed"]), bytes($0["author"]),
                big($0["first"], 8), big($0["last"], 8), bytes($0["prev_link"]), bytes($0["link"]),
            ]
            #expect(signedBy(bytes($0["public_key"]), bytes($0["signature"]), parts))
            parts[5] = big(($0["first"].number ?? 0) + 1, 8)
            #expect(!signedBy(bytes($0["public_key"]), bytes($0["signature"]), parts))
        }
    }

    @Test("lines and heads come out")
    func lines() throws {
        let line = tag("gewu line 1")
        try each("first_head", atLeast: 1) {
            #expect($0["after"] == .text(hex(Blake3.hash(line, bytes($0["street"]), bytes($0["feed"])))))
        }
        try each("line", atLeast: 3) {
            let after = Blake3.hash(
                line, bytes($0["before"]), big($0["n"], 8), [1], bytes($0["entry"]), big($0["verdict"], 1), big($0["hub_time_s"], 8))
            #expect($0["after"] == .text(hex(after)))
        }
        try each("notice", atLeast: 1) {
            #expect($0["notice"] == .text(hex(Blake3.hash(bytes($0["cbor"])))))
            let after = Blake3.hash(
                line, bytes($0["before"]), big($0["n"], 8), [2], bytes($0["notice"]), big($0["hub_time_s"], 8))
            #expect($0["after"] == .text(hex(after)))
        }
        try each("head", atLeast: 2) {
            let parts = [
                tag("gewu head 1"), bytes($0["street"]), [1, 1], bytes($0["feed"]), bytes($0["epoch"]), big($0["n"], 8),
                bytes($0["hash"]), big($0["hub_time_s"], 8), big($0["backup_n"], 8),
            ]
            #expect(signedBy(bytes($0["hub_key"]), bytes($0["signature"]), parts))
        }
    }

    @Test("the root key signed hub and pack")
    func root() throws {
        try each("certificate", atLeast: 1) {
            let parts = [
                tag("gewu hub 1"), bytes($0["street"]), bytes($0["hub_key"]), big($0["from_s"], 8), big($0["until_s"], 8),
            ]
            #expect(signedBy(bytes($0["root_key"]), bytes($0["signature"]), parts))
        }
        try each("pack", atLeast: 1) {
            let parts = [tag("gewu pack 1"), bytes($0["street"]), big($0["version"], 4), Blake3.hash(bytes($0["json"]))]
            #expect(signedBy(bytes($0["root_key"]), bytes($0["signature"]), parts))
        }
    }

    /// A Biscuit is protobuf; of it only block and signature are read here, not the Datalog within.
    @Test("a grant is named by its signature and holds the ids")
    func grants() throws {
        try each("grant", atLeast: 3) {
            let block = try fields(try fields(bytes($0["token"]))[2] ?? [])
            #expect($0["id"] == .text(hex(Blake3.hash(block[3] ?? []).prefix(8))))
            let content = hex(block[1] ?? [])
            for id in ["person", "area", "device"] { #expect(content.contains($0[id].text ?? "?"), "\(id)") }
            #expect($0["person"] != $0["area"])
        }
    }

    /// Length-delimited fields of one protobuf message, by number.
    private func fields(_ message: [UInt8]) throws -> [Int64: [UInt8]] {
        var out: [Int64: [UInt8]] = [:]
        var taken = Taken(message)
        while taken.at < message.count {
            let tag = try taken.unsigned()
            let number = try taken.unsigned()
            if tag & 7 == 2 { out[tag >> 3] = try taken.take(Int(number)) }
        }
        return out
    }
}
