package org.gewu.model

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.launch
import org.gewu.bridge.FakePhone
import org.gewu.bridge.Language

/** The real models over a phone of samples, in one language. */
class Stand(
    language: Language,
    val phone: FakePhone,
    online: Boolean = true,
    whereabouts: Whereabouts = Whereabouts { Fix.Absent },
    private val scope: CoroutineScope = CoroutineScope(Dispatchers.Unconfined + Job()),
) {
    /** Where the phone is not open yet. */
    var opening: Opening? = null

    val words: Words = WordsFile.words(language)
    val online = MutableStateFlow(online)
    val spoken = mutableListOf<Language>()
    private val outside = object : Outside {
        override val canScan = true
        override fun scan(found: (String) -> Unit) = found("gewu-invitation")
        override fun speak(language: Language) {
            spoken += language
        }
    }
    val shell = Shell(
        Surroundings(phone, words, Said(words, Samples.ZONE) { Samples.NOW_S }, scope, this.online, whereabouts),
        language,
        outside,
    )

    fun run(): Stand {
        scope.launch { shell.run() }
        return this
    }
}
