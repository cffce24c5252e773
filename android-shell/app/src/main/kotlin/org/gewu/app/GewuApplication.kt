package org.gewu.app

import android.app.Application
import java.io.File
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock
import org.gewu.bridge.Language
import org.gewu.bridge.Phone
import org.gewu.bridge.RealPhone
import org.gewu.platform.KeystoreVault
import org.gewu.platform.KeystoreWrapping
import org.gewu.platform.SyncJob
import org.gewu.platform.Syncing

/** Holds the one open phone: the screens and the job in the background share it. */
class GewuApplication : Application(), Syncing {
    private val one = Mutex()
    private var phone: Phone? = null
    private val settings by lazy { getSharedPreferences("gewu", MODE_PRIVATE) }

    /** What was chosen in the app, else the phone's own, else Chinese. */
    val language: Language
        get() {
            val own = if (resources.configuration.locales[0].language == "en") Language.EN else Language.ZH
            return Language.entries.firstOrNull { it.name == settings.getString(LANGUAGE, null) } ?: own
        }

    override fun onCreate() {
        super.onCreate()
        SyncJob.schedule(this)
    }

    suspend fun phone(): Phone = one.withLock {
        phone ?: RealPhone.open(
            File(noBackupFilesDir, "phone").path,
            language,
            KeystoreVault(File(noBackupFilesDir, "key"), KeystoreWrapping()),
        ).also {
            it.startAgent()
            phone = it
        }
    }

    /** Opens again in another language. */
    suspend fun speak(chosen: Language) {
        settings.edit().putString(LANGUAGE, chosen.name).apply()
        one.withLock {
            phone?.shut()
            phone = null
        }
    }

    override suspend fun syncOnce(): Boolean {
        val open = phone()
        if (open.status().enrolled) open.syncNow()
        return open.status().unsent > 0
    }

    private companion object {
        const val LANGUAGE = "language"
    }
}
