package org.gewu

import java.io.File
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNotEquals
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Test

/** Every vector, recomputed here from its fields by the formats' text alone. */
class VectorsTest {
    private val all = Json.read(File(root, "tests/conformance/vectors.json").readText()).map()["vectors"].list().map { it.map() }

    private fun each(what: String, atLeast: Int, check: (Map<String, Any?>) -> Unit) {
        val found = all.filter { it["what"] == what }
        assertTrue("$what: ${found.size}", found.size >= atLeast)
        found.forEach(check)
    }

    private fun first16(hash: ByteArray): String = hex(hash.copyOf(16))

    @Test
    fun `there are fifty vectors and no sort that is not read here`() {
        assertTrue(all.size >= 50)
        val read = setOf(
            "street", "feed", "device", "record", "mistyped", "entry", "link", "seal", "first_head", "line", "notice", "head",
            "certificate", "pack", "grant",
        )
        assertEquals(read, all.map { it["what"] }.toSet())
    }

    @Test
    fun `blake3 is that of its specification`() {
        assertEquals("af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262", hex(Blake3.hash(ByteArray(0))))
    }

    @Test
    fun `ids are hashes of what they name`() {
        each("street", 1) { assertEquals(it["street"], first16(Blake3.hash("gewu street 1".toByteArray(), bytes(it["root_key"])))) }
        each("feed", 4) {
            val named = Blake3.hash("gewu feed 1".toByteArray(), bytes(it["street"]), big(it["kind"], 1), (it["code"] as String).toByteArray())
            assertEquals(it["feed"], first16(named))
        }
        each("device", 2) { assertEquals(it["device"], first16(Blake3.hash(bytes(it["public_key"])))) }
    }

    @Test
    fun `a record id names its author and gives its code`() {
        each("record", 4) {
            val record = bytes(it["record"])
            assertEquals(it["time_ms"], java.nio.ByteBuffer.wrap(record).long ushr 16)
            assertEquals(0x7000L or it["count"] as Long, java.nio.ByteBuffer.wrap(record).long and 0xffff)
            val without = record.copyOf(8) + big(Long.MIN_VALUE, 8)
            val naming = java.nio.ByteBuffer.wrap(Blake3.hash("gewu record 1".toByteArray(), bytes(it["author"]), without)).long ushr 2
            assertEquals(naming or Long.MIN_VALUE, java.nio.ByteBuffer.wrap(record, 8, 8).long)
            assertEquals(it["code"], Code.of(record))
            assertTrue(Code.fits(it["code"] as String))
        }
        each("mistyped", 1) { assertFalse(Code.fits(it["code"] as String)) }
    }

    @Test
    fun `every chunk holds the fields and gives the hashes`() {
        var unknown = 0
        each("entry", 30) {
            val chunk = Chunk(bytes(it["chunk"]))
            assertEquals(it["change"], hex(chunk.hash))
            assertEquals(it["author"], hex(chunk.actor))
            assertEquals(listOf(it["change_seq"], it["start_op"], it["time_s"]), listOf(chunk.seq, chunk.startOp, chunk.time))
            assertEquals(it["deps"], chunk.deps.map(::hex))
            assertEquals(it["act"], hex(chunk.act))
            val entry = Blake3.hash(
                "gewu entry 1".toByteArray(), byteArrayOf(1, 1), bytes(it["feed"]), chunk.actor, big(it["seq"], 8),
                bytes(it["record"]), big(it["record_kind"], 2), chunk.hash,
            )
            assertEquals(it["entry"], hex(entry))
            act(chunk.act, it["act_says"].map())
            if (it["act_says"].map()["kind_name"] == null) unknown++
            it["detail"]?.let { detail -> detail(detail.map(), it["act_says"].map()) }
        }
        assertTrue("$unknown acts of a newer version", unknown >= 3)
    }

    private fun act(bytes: ByteArray, says: Map<String, Any?>) {
        @Suppress("UNCHECKED_CAST")
        val act = Cbor(bytes).whole() as Map<Long, Any?>
        assertEquals(says["keys"], act.keys.toList())
        assertEquals(says["body_keys"], (act[5] as Map<*, *>).keys.toList())
        assertEquals(says["kind"], act[0])
        assertEquals(says["grant"], hex(act[1] as ByteArray))
        assertEquals(says["pack"], act[2])
        assertEquals(says["basis"], if (act[3] == 0L) "proven" else "claimed")
        assertEquals(says["detail"], (act[4] as ByteArray?)?.let(::hex))
    }

    private fun detail(detail: Map<String, Any?>, act: Map<String, Any?>) {
        val cbor = bytes(detail["cbor"])
        val hash = hex(Blake3.hash("gewu detail 1".toByteArray(), bytes(detail["salt"]), cbor))
        assertEquals(detail["hash"], hash)
        assertEquals(act["detail"], hash)
        val read = Cbor(cbor).whole() as Map<*, *>
        val says = detail["says"].map()
        assertEquals(says["text"], read[0L])
        assertEquals(says["reason"], read[2L])
        val place = read[1L] as Map<*, *>?
        assertEquals(says["place"]?.map()?.get("latitude_e7"), place?.get(0L))
        assertEquals(says["place"]?.map()?.get("longitude_e7"), place?.get(1L))
    }

    @Test
    fun `a flipped bit of a chunk is found`() {
        val chunk = bytes(all.first { it["what"] == "entry" }["chunk"])
        for (at in chunk.indices) {
            val bad = chunk.clone()
            bad[at] = (bad[at].toInt() xor 4).toByte()
            assertThrows(Exception::class.java) { Chunk(bad) }
        }
    }

    private fun link(before: ByteArray, entry: ByteArray) = Blake3.hash("gewu link 1".toByteArray(), before, entry)

    @Test
    fun `links and seals come out`() {
        each("link", 3) { assertEquals(it["after"], hex(link(bytes(it["before"]), bytes(it["entry"])))) }
        each("seal", 3) {
            val last = it["entries"].list().fold(bytes(it["prev_link"])) { link, entry -> link(link, bytes(entry)) }
            assertEquals(it["link"], hex(last))
            val parts = arrayOf(
                "gewu seal 1".toByteArray(), bytes(it["street"]), byteArrayOf(1, 1), bytes(it["feed"]), bytes(it["author"]),
                big(it["first"], 8), big(it["last"], 8), bytes(it["prev_link"]), bytes(it["link"]),
            )
            assertTrue(signedBy(bytes(it["public_key"]), bytes(it["signature"]), *parts))
            parts[5] = big(it["first"] as Long + 1, 8)
            assertFalse(signedBy(bytes(it["public_key"]), bytes(it["signature"]), *parts))
        }
    }

    @Test
    fun `lines and heads come out`() {
        val line = "gewu line 1".toByteArray()
        each("first_head", 1) { assertEquals(it["after"], hex(Blake3.hash(line, bytes(it["street"]), bytes(it["feed"])))) }
        each("line", 3) {
            val after = Blake3.hash(
                line, bytes(it["before"]), big(it["n"], 8), byteArrayOf(1), bytes(it["entry"]), big(it["verdict"], 1), big(it["hub_time_s"], 8),
            )
            assertEquals(it["after"], hex(after))
        }
        each("notice", 1) {
            assertEquals(it["notice"], hex(Blake3.hash(bytes(it["cbor"]))))
            val after = Blake3.hash(line, bytes(it["before"]), big(it["n"], 8), byteArrayOf(2), bytes(it["notice"]), big(it["hub_time_s"], 8))
            assertEquals(it["after"], hex(after))
        }
        each("head", 2) {
            val parts = arrayOf(
                "gewu head 1".toByteArray(), bytes(it["street"]), byteArrayOf(1, 1), bytes(it["feed"]), bytes(it["epoch"]),
                big(it["n"], 8), bytes(it["hash"]), big(it["hub_time_s"], 8), big(it["backup_n"], 8),
            )
            assertTrue(signedBy(bytes(it["hub_key"]), bytes(it["signature"]), *parts))
        }
    }

    @Test
    fun `the root key signed hub and pack`() {
        each("certificate", 1) {
            val parts = arrayOf("gewu hub 1".toByteArray(), bytes(it["street"]), bytes(it["hub_key"]), big(it["from_s"], 8), big(it["until_s"], 8))
            assertTrue(signedBy(bytes(it["root_key"]), bytes(it["signature"]), *parts))
        }
        each("pack", 1) {
            val parts = arrayOf("gewu pack 1".toByteArray(), bytes(it["street"]), big(it["version"], 4), Blake3.hash(bytes(it["json"])))
            assertTrue(signedBy(bytes(it["root_key"]), bytes(it["signature"]), *parts))
        }
    }

    /** A Biscuit is protobuf; of it only block and signature are read here, not the Datalog within. */
    @Test
    fun `a grant is named by its signature and holds the ids`() {
        each("grant", 3) {
            val block = fields(fields(bytes(it["token"])).getValue(2))
            assertEquals(it["id"], hex(Blake3.hash(block.getValue(3)).copyOf(8)))
            val content = hex(block.getValue(1))
            for (id in listOf("person", "area", "device")) assertTrue(id, content.contains(it[id] as String))
            assertNotEquals(it["person"], it["area"])
        }
    }

    /** Length-delimited fields of one protobuf message, by number. */
    private fun fields(message: ByteArray): Map<Int, ByteArray> {
        val out = HashMap<Int, ByteArray>()
        var at = 0
        fun number(): Int {
            var number = 0
            var shift = 0
            while (true) {
                val byte = message[at++].toInt()
                number = number or (byte and 0x7f shl shift)
                shift += 7
                if (byte and 0x80 == 0) return number
            }
        }
        while (at < message.size) {
            val tag = number()
            if (tag and 7 == 2) {
                val length = number()
                out[tag shr 3] = message.copyOfRange(at, at + length)
                at += length
            } else {
                number()
            }
        }
        return out
    }
}
