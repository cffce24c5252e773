package org.gewu.bridge

import java.io.File
import java.nio.file.Files

private val root: String = System.getProperty("gewu.root")

/** Runs the program that ships; what it prints, as JSON. */
internal fun gewu(vararg arguments: String): String {
    val process = ProcessBuilder(listOf("$root/target/release/gewu") + arguments).redirectError(ProcessBuilder.Redirect.INHERIT).start()
    val out = process.inputStream.bufferedReader().readText()
    check(process.waitFor() == 0) { "${arguments.toList()}: $out" }
    return out
}

private fun text(json: String, key: String) =
    checkNotNull(Regex(""""$key"\s*:\s*"((?:[^"\\]|\\.)*)"""").find(json)) { "no $key in $json" }.groupValues[1].replace("\\/", "/")

/** A hub of a sample street in a folder of its own, as it ships; gone when closed. */
class Hub : AutoCloseable {
    val dir: File = Files.createTempDirectory("gewu-shell").toFile()
    private val folder = File(dir, "hub").path
    private val process: Process
    private val address: String

    init {
        gewu("init", folder, "--yes", "--json")
        process = ProcessBuilder("$root/target/release/gewu", "serve", folder, "--child", "--listen", "127.0.0.1:0")
            .redirectError(ProcessBuilder.Redirect.INHERIT).start()
        address = text(process.inputStream.bufferedReader().readLine(), "address")
    }

    fun invite(role: String, area: String?): String {
        val where = if (area == null) emptyArray() else arrayOf("--area", area)
        return text(gewu("invite", folder, "--role", role, "--address", address, "--json", *where), "invitation")
    }

    fun path(name: String): String = File(dir, name).path

    /** A phone that joined. */
    suspend fun phone(name: String, role: String, area: String?): Phone =
        RealPhone.open(path(name), Language.EN, KEY).also { it.enrol(invite(role, area)) }

    override fun close() {
        process.outputStream.close()
        process.waitFor()
        dir.deleteRecursively()
    }

    companion object {
        val KEY = Vault { ByteArray(32) { 7 } }
    }
}
