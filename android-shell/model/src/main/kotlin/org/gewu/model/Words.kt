package org.gewu.model

/**
 * What people read, by the keys of the one table in the core.
 *
 * Holes are named here in the order in which the Chinese text has them, since a phone's own resources know them by
 * place only; a test holds every call to it.
 */
fun interface Words {
    fun say(key: String, vararg holes: Pair<String, Any>): String
}
