package org.gewu.app

import android.content.res.Resources
import org.gewu.model.Words

/** The one table as the phone's resources; holes by their place. Keys become ids once, when they are first said. */
class ResourceWords(private val resources: Resources) : Words {
    private val ids = HashMap<String, Int>()

    override fun say(key: String, vararg holes: Pair<String, Any>): String {
        val id = ids.getOrPut(key) { R.string::class.java.getField(key).getInt(null) }
        return if (holes.isEmpty()) resources.getString(id) else resources.getString(id, *holes.map { "${it.second}" }.toTypedArray())
    }
}
