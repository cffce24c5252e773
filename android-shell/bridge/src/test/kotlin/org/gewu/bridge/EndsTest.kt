package org.gewu.bridge

import java.io.File
import java.nio.file.Files
import java.util.concurrent.TimeUnit
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.gewu.bindings.Device
import org.gewu.bindings.KeyVault
import org.gewu.bindings.Options
import org.junit.AfterClass
import org.junit.Assert.assertEquals
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Test

/** Whatever ends a call: a kill, a closing, a vault that throws, two hundred at once. Never a crash, never a hang. */
class EndsTest {
    companion object {
        private val hub = Hub()

        @AfterClass
        @JvmStatic
        fun end() = hub.close()
    }

    private fun folder() = File(Files.createTempDirectory("gewu-ends").toFile(), "phone").path

    /** A process that keeps one draft after the other and says so, killed in the midst of it. */
    private fun killed(dir: String, after: Int) {
        val classes = System.getProperty("surefire.test.class.path") ?: System.getProperty("java.class.path")
        val process = ProcessBuilder(
            File(System.getProperty("java.home"), "bin/java").path,
            "-Djna.library.path=${System.getProperty("jna.library.path")}", "-cp", classes, "org.gewu.bridge.KeepsDrafts", dir,
        ).redirectError(ProcessBuilder.Redirect.INHERIT).start()
        val kept = process.inputStream.bufferedReader()
        repeat(after) { checkNotNull(kept.readLine()) { "it ended by itself" } }
        process.destroyForcibly().waitFor()
    }

    @Test
    fun `killed in the midst of typing and of a call, the draft is back`() {
        val dir = folder()
        killed(dir, 20)
        runBlocking {
            val phone = RealPhone.open(dir, Language.EN, Hub.KEY)
            val text = phone.drafts().single().text
            assertTrue(text, text.removePrefix("draft ").toInt() >= 20)
            phone.shut()
        }
    }

    @Test
    fun `closing while an observer is told ends the flow, and later calls end in Busy`() = runBlocking {
        repeat(20) { round ->
            val phone = RealPhone.open(folder(), Language.EN, Hub.KEY)
            val watching = launch(Dispatchers.Default) { phone.changes.collect { runCatching { phone.status() } } }
            val writing = launch(Dispatchers.Default) { runCatching { while (true) phone.keepDraft(Draft(text = "round $round")) } }
            phone.status()
            withTimeout(20_000) { phone.shut() }
            withTimeout(20_000) {
                watching.cancelAndJoin()
                writing.join()
            }
            val busy = runCatching { phone.status() }.exceptionOrNull()
            assertTrue("$busy", busy is Trouble && busy.kind == TroubleKind.BUSY)
        }
    }

    @Test
    fun `a panic of the core is a defect in words, and the next call works`() = runBlocking {
        val vault = object : KeyVault {
            override fun key() = ByteArray(32) { 7 }
        }
        val device = Device.open(Options(folder(), org.gewu.bindings.Language.EN), vault)
        val trouble = runCatching { spoken { device.provoke() } }.exceptionOrNull()
        assertTrue("$trouble", trouble is Trouble && trouble.kind == TroubleKind.DEFECT && trouble.safe.isNotEmpty())
        assertEquals(0L, RealPhone(device, Dispatchers.IO).status().unsent)
        device.shut()
    }

    @Test
    fun `two hundred calls at once all come back`() = runBlocking {
        val phone = hub.phone("many", "inspector", "05")
        val codes = withTimeout(TimeUnit.SECONDS.toMillis(60)) {
            List(200) { number ->
                async(Dispatchers.IO) {
                    val code = phone.report(Report("lamp", text = "call $number")).code
                    assertEquals("call $number", phone.case(code).text?.value)
                    code
                }
            }.awaitAll()
        }
        assertEquals(200, codes.toSet().size)
        assertEquals(200, phone.today().lines.size)
        phone.shut()
    }

    private fun opened(vault: Vault): Trouble = assertThrows(Trouble::class.java) {
        runBlocking { RealPhone.open(folder(), Language.ZH, vault) }
    }

    @Test
    fun `a vault that throws ends in words`() {
        val expected = mapOf<Vault, String>(
            Vault { throw VaultLocked() } to "locked",
            Vault { throw VaultLost() } to "key_lost",
            Vault { error("a keystore's own fault") } to "vault_failed",
            Vault { ByteArray(5) } to "vault_failed",
        )
        for ((vault, code) in expected) {
            val trouble = opened(vault)
            assertEquals(TroubleKind.UNLOCK_NEEDED to code, trouble.kind to trouble.code)
            for (words in listOf(trouble.what, trouble.safe, trouble.next)) assertTrue(words, words.any { it.code in 0x4e00..0x9fff })
        }
    }

    @Test
    fun `paused, another process may write, and resumed it goes on`() = runBlocking {
        val dir = folder()
        val phone = RealPhone.open(dir, Language.EN, Hub.KEY)
        phone.keepDraft(Draft(text = "before"))
        phone.pause()
        val busy = runCatching { phone.drafts() }.exceptionOrNull()
        assertTrue("$busy", busy is Trouble && busy.kind == TroubleKind.BUSY)
        killed(dir, 3)
        phone.resume()
        assertTrue(phone.drafts().single().text.startsWith("draft "))
        phone.shut()
    }
}

/** What [EndsTest] kills. */
object KeepsDrafts {
    @JvmStatic
    fun main(arguments: Array<String>) = runBlocking {
        val phone = RealPhone.open(arguments[0], Language.EN, Hub.KEY)
        var number = 0
        while (true) {
            number += 1
            phone.keepDraft(Draft(text = "draft $number"))
            println("kept $number")
        }
    }
}
