/// BLAKE3, hash mode, 32 bytes, written from its specification; the platform has none.
enum Blake3 {
    private static let iv: [UInt32] = [
        0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C, 0x1F83_D9AB, 0x5BE0_CD19,
    ]
    private static let permutation = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8]
    private static let chunkStart: UInt32 = 1
    private static let chunkEnd: UInt32 = 2
    private static let parent: UInt32 = 4
    private static let root: UInt32 = 8
    private static let chunkBytes = 1024
    private static let blockBytes = 64

    static func hash(_ parts: [UInt8]...) -> [UInt8] {
        subtree(Array(parts.joined())[...], 0, true).flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
    }

    /// Chaining value of the bytes; the left side of a parent is the largest power of two of whole chunks.
    private static func subtree(_ input: ArraySlice<UInt8>, _ firstChunk: Int, _ isRoot: Bool) -> [UInt32] {
        if input.count <= chunkBytes { return chunk(Array(input), firstChunk, isRoot) }
        var left = chunkBytes
        while left * 2 < input.count { left *= 2 }
        let a = subtree(input.prefix(left), firstChunk, false)
        let b = subtree(input.dropFirst(left), firstChunk + left / chunkBytes, false)
        return compress(iv, a + b, 0, blockBytes, parent | (isRoot ? root : 0))
    }

    private static func chunk(_ input: [UInt8], _ number: Int, _ isRoot: Bool) -> [UInt32] {
        var chain = iv
        let blocks = max(1, (input.count + blockBytes - 1) / blockBytes)
        for block in 0..<blocks {
            let from = block * blockBytes
            let length = min(blockBytes, input.count - from)
            let bytes = Array(input[from..<from + length]) + [UInt8](repeating: 0, count: blockBytes - length)
            let words = (0..<16).map { word in (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[word * 4 + $1]) << (8 * $1) } }
            var flags: UInt32 = block == 0 ? chunkStart : 0
            if block == blocks - 1 { flags |= chunkEnd | (isRoot ? root : 0) }
            chain = compress(chain, words, number, length, flags)
        }
        return chain
    }

    private static func compress(_ chain: [UInt32], _ block: [UInt32], _ counter: Int, _ length: Int, _ flags: UInt32) -> [UInt32] {
        var v = chain + iv[..<4] + [UInt32(counter & 0xffff_ffff), UInt32(counter >> 32), UInt32(length), flags]
        var m = block
        for _ in 0..<7 {
            mix(&v, 0, 4, 8, 12, m[0], m[1])
            mix(&v, 1, 5, 9, 13, m[2], m[3])
            mix(&v, 2, 6, 10, 14, m[4], m[5])
            mix(&v, 3, 7, 11, 15, m[6], m[7])
            mix(&v, 0, 5, 10, 15, m[8], m[9])
            mix(&v, 1, 6, 11, 12, m[10], m[11])
            mix(&v, 2, 7, 8, 13, m[12], m[13])
            mix(&v, 3, 4, 9, 14, m[14], m[15])
            m = permutation.map { m[$0] }
        }
        return (0..<8).map { v[$0] ^ v[$0 + 8] }
    }

    private static func mix(_ v: inout [UInt32], _ a: Int, _ b: Int, _ c: Int, _ d: Int, _ x: UInt32, _ y: UInt32) {
        func right(_ word: UInt32, _ by: UInt32) -> UInt32 { word >> by | word << (32 - by) }
        v[a] = v[a] &+ v[b] &+ x
        v[d] = right(v[d] ^ v[a], 16)
        v[c] = v[c] &+ v[d]
        v[b] = right(v[b] ^ v[c], 12)
        v[a] = v[a] &+ v[b] &+ y
        v[d] = right(v[d] ^ v[a], 8)
        v[c] = v[c] &+ v[d]
        v[b] = right(v[b] ^ v[c], 7)
    }
}
