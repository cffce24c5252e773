package org.gewu.model

import java.io.File
import org.gewu.bridge.Language

/** The one table, as the core writes it for tests: `{"key": {"en": "…", "zh": "…"}}`. */
object WordsFile {
    private val ROW = Regex(""""(\w+)"\s*:\s*\{\s*"en"\s*:\s*"((?:[^"\\]|\\.)*)"\s*,\s*"zh"\s*:\s*"((?:[^"\\]|\\.)*)"\s*}""")
    private val rows: Map<String, List<String>> by lazy {
        val file = File(System.getProperty("gewu.root"), "target/android-shell/generated/words/words.json")
        ROW.findAll(file.readText()).associate { it.groupValues[1] to it.groupValues.drop(2).map(::plain) }
    }

    private fun plain(json: String) = json.replace("\\\"", "\"").replace("\\n", "\n").replace("\\\\", "\\")

    val keys: Set<String> get() = rows.keys

    fun text(key: String, language: Language): String = checkNotNull(rows[key]) { "no word $key" }[if (language == Language.EN) 0 else 1]

    fun words(language: Language) = Words { key, holes ->
        holes.fold(text(key, language)) { text, (name, value) -> text.replace("{$name}", "$value") }
    }
}
