package org.gewu

import java.math.BigInteger
import java.nio.ByteBuffer
import java.security.KeyFactory
import java.security.MessageDigest
import java.security.Signature
import java.security.spec.EdECPoint
import java.security.spec.EdECPublicKeySpec
import java.security.spec.NamedParameterSpec

/** The formats as `docs/formats.md` has them, read by nothing but the platform's library: a second reader. */
fun bytes(hex: Any?): ByteArray {
    val text = hex as String
    return ByteArray(text.length / 2) { text.substring(it * 2, it * 2 + 2).toInt(16).toByte() }
}

fun hex(bytes: ByteArray): String = bytes.joinToString("") { "%02x".format(it) }

fun big(number: Any?, size: Int): ByteArray = ByteBuffer.allocate(8).putLong(number as Long).array().copyOfRange(8 - size, 8)

/** An Ed25519 signature by the 32 bytes of a public key. */
fun signedBy(key: ByteArray, signature: ByteArray, vararg parts: ByteArray): Boolean {
    val reversed = key.reversedArray()
    val odd = reversed[0].toInt() and 0x80 != 0
    reversed[0] = (reversed[0].toInt() and 0x7f).toByte()
    val spec = EdECPublicKeySpec(NamedParameterSpec.ED25519, EdECPoint(odd, BigInteger(1, reversed)))
    val check = Signature.getInstance("Ed25519")
    check.initVerify(KeyFactory.getInstance("Ed25519").generatePublic(spec))
    for (part in parts) check.update(part)
    return check.verify(signature)
}

/** One CBOR item: Long, ByteArray, String, List, Map, Boolean or null. Refuses what is not deterministic. */
class Cbor(private val bytes: ByteArray) {
    private var at = 0

    fun whole(): Any? = item().also { check(at == bytes.size) { "more after the item" } }

    private fun item(): Any? {
        val first = bytes[at++].toInt() and 0xff
        val major = first shr 5
        if (major == 7) {
            return when (first and 31) {
                20 -> false
                21 -> true
                22 -> null
                else -> error("simple value ${first and 31}")
            }
        }
        val number = argument(first and 31)
        return when (major) {
            0 -> number
            1 -> -1 - number
            2 -> taken(number)
            3 -> String(taken(number), Charsets.UTF_8)
            4 -> List(number.toInt()) { item() }
            5 -> members(number.toInt())
            else -> error("major type $major")
        }
    }

    private fun members(count: Int): Map<Long, Any?> {
        val out = LinkedHashMap<Long, Any?>()
        var last = -1L
        repeat(count) {
            val key = item() as Long
            check(key > last) { "keys are not ascending" }
            last = key
            out[key] = item()
        }
        return out
    }

    private fun argument(low: Int): Long {
        if (low < 24) return low.toLong()
        check(low <= 27) { "indefinite length" }
        val size = 1 shl (low - 24)
        var number = 0L
        repeat(size) { number = number shl 8 or (bytes[at++].toLong() and 0xff) }
        val least = if (size == 1) 24L else 1L shl (size * 4)
        check(number >= least) { "$number is not written shortest" }
        return number
    }

    private fun taken(count: Long): ByteArray = bytes.copyOfRange(at, at + count.toInt()).also { at += count.toInt() }
}

/** One Automerge change chunk of our one shape. */
class Chunk(private val bytes: ByteArray) {
    private var at = 0
    val hash: ByteArray
    val deps: List<ByteArray>
    val actor: ByteArray
    val seq: Long
    val startOp: Long
    val time: Long
    val act: ByteArray

    init {
        check(hex(take(4)) == "856f4a83") { "magic" }
        val checksum = take(4)
        hash = MessageDigest.getInstance("SHA-256").digest(bytes.copyOfRange(8, bytes.size))
        check(checksum.contentEquals(hash.copyOf(4))) { "checksum" }
        check(take(1)[0].toInt() == 1) { "type" }
        check(unsigned() == (bytes.size - at).toLong()) { "length" }
        deps = List(unsigned().toInt()) { take(32) }
        check(unsigned() == 16L) { "actor" }
        actor = take(16)
        seq = unsigned()
        startOp = unsigned()
        time = signed()
        check(hex(take(2)) == "0000") { "no message, no other actors" }
        check(unsigned() == 6L) { "six columns" }
        check(hex(take(6)) == "152a34014202") { "key, insert, action" }
        check(unsigned() == 0x56L)
        val kindBytes = unsigned()
        check(unsigned() == 0x57L)
        val actBytes = unsigned()
        check(hex(take(2)) == "7002")
        check(hex(take(2)) == "7f28")
        check(String(take(40)) == "%08x".format(startOp) + hex(actor)) { "root key" }
        check(hex(take(3)) == "017f01") { "one put" }
        val kindAt = at
        check(hex(take(1)) == "7f")
        check(unsigned() == actBytes * 16 + 7) { "a byte string" }
        check(at - kindAt == kindBytes.toInt())
        act = take(actBytes.toInt())
        check(hex(take(2)) == "7f00") { "no predecessor" }
        check(at == bytes.size)
    }

    private fun take(count: Int): ByteArray = bytes.copyOfRange(at, at + count).also { at += count }

    private fun unsigned(): Long {
        var number = 0L
        var shift = 0
        while (true) {
            val byte = bytes[at++].toLong()
            number = number or ((byte and 0x7f) shl shift)
            shift += 7
            if (byte and 0x80 == 0L) return number
        }
    }

    private fun signed(): Long {
        var number = 0L
        var shift = 0
        while (true) {
            val byte = bytes[at++].toLong()
            number = number or ((byte and 0x7f) shl shift)
            shift += 7
            if (byte and 0x80 == 0L) return if (byte and 0x40 != 0L && shift < 64) number or (-1L shl shift) else number
        }
    }
}

/** The ten characters by which people name a record. */
object Code {
    private const val ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

    private fun timesAlpha(x: Int): Int = (x shl 1).let { if (it and 32 != 0) it xor 0b100101 else it }

    fun of(record: ByteArray): String {
        val low = ByteBuffer.wrap(record, 8, 8).long
        val bits = low ushr (62 - 45) and ((1L shl 45) - 1)
        val data = List(9) { (bits ushr (5 * (8 - it)) and 31).toInt() }
        val check = timesAlpha(data.fold(0) { sum, symbol -> timesAlpha(sum) xor symbol })
        return (data + check).joinToString("") { ALPHABET[it].toString() }
    }

    fun fits(code: String): Boolean = code.fold(0) { sum, c -> timesAlpha(sum) xor ALPHABET.indexOf(c) } == 0
}
