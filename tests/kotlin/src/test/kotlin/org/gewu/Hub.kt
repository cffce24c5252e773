package org.gewu

import java.io.File
import java.nio.file.Files
import org.gewu.bindings.Device
import org.gewu.bindings.Language
import org.gewu.bindings.KeyVault
import org.gewu.bindings.Options

/** The repository. */
val root: String = System.getProperty("gewu.root")

private fun gewu(vararg arguments: String) = ProcessBuilder(listOf("$root/target/release/gewu") + arguments).redirectError(ProcessBuilder.Redirect.INHERIT)

private fun jsonOf(vararg arguments: String): Map<String, Any?> {
    val process = gewu(*arguments, "--json").start()
    val out = process.inputStream.bufferedReader().readText()
    check(process.waitFor() == 0) { "${arguments.toList()}: $out" }
    return Json.read(out).map()
}

/** A hub of a sample street, the program that ships, in a folder of its own; gone when closed. */
class Hub : AutoCloseable {
    val dir: File = Files.createTempDirectory("gewu-kotlin").toFile()
    private val folder = File(dir, "hub").path
    private val process: Process
    private val address: String

    init {
        jsonOf("init", folder, "--yes")
        process = gewu("serve", folder, "--child", "--listen", "127.0.0.1:0").start()
        address = Json.read(process.inputStream.bufferedReader().readLine()).map()["address"] as String
    }

    fun invite(role: String, area: String?): String {
        val where = if (area == null) emptyArray() else arrayOf("--area", area)
        return jsonOf("invite", folder, "--role", role, "--address", address, *where)["invitation"] as String
    }

    /** A phone of its own folder, enrolled. */
    fun phone(name: String, role: String, area: String?): Device {
        val device = Device.open(Options(File(dir, name).path, Language.EN), Keys(ByteArray(32) { 7 }))
        device.enrol(invite(role, area))
        return device
    }

    override fun close() {
        process.outputStream.close()
        process.waitFor()
        dir.deleteRecursively()
    }
}

/** A vault that gives a key, or throws. */
class Keys(private val key: ByteArray?, private val fault: () -> Throwable = { IllegalStateException("no key") }) : KeyVault {
    override fun key(): ByteArray = key ?: throw fault()
}
