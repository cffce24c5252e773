package org.gewu.model

/**
 * What people read, by the keys of the one table in the core.
 *
 * Holes are `{name}`, in English also `{name|case|cases}`: the first form where the hole reads "1". The core fills in
 * by the same rule.
 */
class Words(private val text: (String) -> String) {
    fun say(key: String, vararg holes: Pair<String, Any>): String {
        val filled = holes.associate { (name, value) -> name to value.toString() }
        return HOLE.replace(text(key)) { match ->
            val (name, one, many) = match.destructured
            val value = filled[name]
            when {
                value == null -> match.value
                one.isEmpty() -> value
                value == "1" -> one
                else -> many
            }
        }
    }

    private companion object {
        val HOLE = Regex("""\{([a-z_]+)(?:\|([^|{}]*)\|([^|{}]*))?\}""")
    }
}
