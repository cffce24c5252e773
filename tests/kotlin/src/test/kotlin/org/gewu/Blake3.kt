package org.gewu

import java.nio.ByteBuffer
import java.nio.ByteOrder

/** BLAKE3, hash mode, 32 bytes, written from its specification; the platform has none. */
object Blake3 {
    private val IV = intArrayOf(
        0x6A09E667, -0x4498517B, 0x3C6EF372, -0x5AB00AC6, 0x510E527F, -0x64FA9774, 0x1F83D9AB, 0x5BE0CD19,
    )
    private val PERMUTATION = intArrayOf(2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8)
    private const val CHUNK_START = 1
    private const val CHUNK_END = 2
    private const val PARENT = 4
    private const val ROOT = 8
    private const val CHUNK = 1024
    private const val BLOCK = 64

    fun hash(vararg parts: ByteArray): ByteArray {
        val input = parts.fold(ByteArray(0)) { all, part -> all + part }
        val words = subtree(input, 0, true)
        val out = ByteBuffer.allocate(32).order(ByteOrder.LITTLE_ENDIAN)
        for (word in words) out.putInt(word)
        return out.array()
    }

    /** Chaining value of the bytes; the left side of a parent is the largest power of two of whole chunks. */
    private fun subtree(input: ByteArray, firstChunk: Long, root: Boolean): IntArray {
        if (input.size <= CHUNK) return chunk(input, firstChunk, root)
        var left = CHUNK
        while (left * 2 < input.size) left *= 2
        val a = subtree(input.copyOfRange(0, left), firstChunk, false)
        val b = subtree(input.copyOfRange(left, input.size), firstChunk + left / CHUNK, false)
        return compress(IV, a + b, 0, BLOCK, PARENT or if (root) ROOT else 0)
    }

    private fun chunk(input: ByteArray, number: Long, root: Boolean): IntArray {
        var chain = IV
        val blocks = maxOf(1, (input.size + BLOCK - 1) / BLOCK)
        for (block in 0 until blocks) {
            val from = block * BLOCK
            val length = minOf(BLOCK, input.size - from)
            val bytes = ByteBuffer.allocate(BLOCK).order(ByteOrder.LITTLE_ENDIAN).put(input, from, length).rewind()
            val words = IntArray(16) { (bytes as ByteBuffer).getInt(it * 4) }
            var flags = if (block == 0) CHUNK_START else 0
            if (block == blocks - 1) flags = flags or CHUNK_END or if (root) ROOT else 0
            chain = compress(chain, words, number, length, flags)
        }
        return chain
    }

    private fun compress(chain: IntArray, block: IntArray, counter: Long, length: Int, flags: Int): IntArray {
        val v = IntArray(16)
        chain.copyInto(v, 0, 0, 8)
        IV.copyInto(v, 8, 0, 4)
        v[12] = counter.toInt()
        v[13] = (counter ushr 32).toInt()
        v[14] = length
        v[15] = flags
        var m = block
        for (round in 0 until 7) {
            mix(v, 0, 4, 8, 12, m[0], m[1])
            mix(v, 1, 5, 9, 13, m[2], m[3])
            mix(v, 2, 6, 10, 14, m[4], m[5])
            mix(v, 3, 7, 11, 15, m[6], m[7])
            mix(v, 0, 5, 10, 15, m[8], m[9])
            mix(v, 1, 6, 11, 12, m[10], m[11])
            mix(v, 2, 7, 8, 13, m[12], m[13])
            mix(v, 3, 4, 9, 14, m[14], m[15])
            val before = m
            m = IntArray(16) { before[PERMUTATION[it]] }
        }
        return IntArray(8) { v[it] xor v[it + 8] }
    }

    private fun mix(v: IntArray, a: Int, b: Int, c: Int, d: Int, x: Int, y: Int) {
        v[a] += v[b] + x
        v[d] = (v[d] xor v[a]).rotateRight(16)
        v[c] += v[d]
        v[b] = (v[b] xor v[c]).rotateRight(12)
        v[a] += v[b] + y
        v[d] = (v[d] xor v[a]).rotateRight(8)
        v[c] += v[d]
        v[b] = (v[b] xor v[c]).rotateRight(7)
    }
}
