package org.gewu

/** Reads and writes JSON: enough for vectors and stories, so that nothing has to be fetched for it. */
object Json {
    fun read(text: String): Any? {
        val reader = Reader(text)
        val value = reader.value()
        reader.space()
        check(reader.at == text.length) { "more after the value, at ${reader.at}" }
        return value
    }

    /** Keys in order, no spaces: equal values give equal text. */
    fun write(value: Any?): String = when (value) {
        null -> "null"
        is String -> quoted(value)
        is Map<*, *> -> value.entries.sortedBy { it.key as String }
            .joinToString(",", "{", "}") { quoted(it.key as String) + ":" + write(it.value) }
        is Iterable<*> -> value.joinToString(",", "[", "]") { write(it) }
        else -> value.toString()
    }

    private fun quoted(text: String): String {
        val out = StringBuilder("\"")
        for (c in text) {
            when {
                c == '"' || c == '\\' -> out.append('\\').append(c)
                c < ' ' -> out.append("\\u%04x".format(c.code))
                else -> out.append(c)
            }
        }
        return out.append('"').toString()
    }

    private class Reader(val text: String) {
        var at = 0

        fun space() {
            while (at < text.length && text[at].isWhitespace()) at++
        }

        fun next(c: Char): Boolean {
            space()
            val found = at < text.length && text[at] == c
            if (found) at++
            return found
        }

        fun expect(c: Char) = check(next(c)) { "'$c' expected at $at" }

        fun value(): Any? {
            space()
            return when (text[at]) {
                '{' -> members()
                '[' -> items()
                '"' -> string()
                't' -> word("true", true)
                'f' -> word("false", false)
                'n' -> word("null", null)
                else -> number()
            }
        }

        fun word(word: String, value: Any?): Any? {
            check(text.startsWith(word, at))
            at += word.length
            return value
        }

        fun number(): Long {
            val begin = at
            while (at < text.length && (text[at].isDigit() || text[at] == '-')) at++
            return text.substring(begin, at).toLong()
        }

        fun members(): Map<String, Any?> {
            val out = LinkedHashMap<String, Any?>()
            expect('{')
            if (next('}')) return out
            do {
                space()
                val key = string()
                expect(':')
                out[key] = value()
            } while (next(','))
            expect('}')
            return out
        }

        fun items(): List<Any?> {
            val out = ArrayList<Any?>()
            expect('[')
            if (next(']')) return out
            do out.add(value()) while (next(','))
            expect(']')
            return out
        }

        fun string(): String {
            expect('"')
            val out = StringBuilder()
            while (text[at] != '"') {
                var c = text[at++]
                if (c == '\\') {
                    c = when (val escaped = text[at++]) {
                        'n' -> '\n'
                        'r' -> '\r'
                        't' -> '\t'
                        'b' -> '\b'
                        'f' -> '\u000c'
                        'u' -> text.substring(at, at + 4).toInt(16).toChar().also { at += 4 }
                        else -> escaped
                    }
                }
                out.append(c)
            }
            at++
            return out.toString()
        }
    }
}

@Suppress("UNCHECKED_CAST")
fun Any?.map(): Map<String, Any?> = this as Map<String, Any?>

@Suppress("UNCHECKED_CAST")
fun Any?.list(): List<Any?> = this as List<Any?>
