package org.gewu.app

import android.Manifest
import android.content.Intent
import android.content.res.Configuration
import android.content.res.Resources
import android.os.Bundle
import androidx.activity.ComponentActivity
import androidx.activity.compose.BackHandler
import androidx.activity.compose.setContent
import androidx.activity.result.contract.ActivityResultContracts.RequestPermission
import androidx.activity.result.contract.ActivityResultContracts.StartActivityForResult
import androidx.compose.foundation.isSystemInDarkTheme
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.setValue
import androidx.lifecycle.lifecycleScope
import java.time.ZoneId
import java.util.Locale
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.launch
import org.gewu.bridge.Language
import org.gewu.bridge.Trouble
import org.gewu.model.Opening
import org.gewu.model.Outside
import org.gewu.model.Said
import org.gewu.model.Shell
import org.gewu.model.Surroundings
import org.gewu.model.Words
import org.gewu.model.opening
import org.gewu.platform.AndroidWhereabouts
import org.gewu.platform.online
import org.gewu.screens.GewuLook
import org.gewu.screens.GewuScreens
import org.gewu.screens.OpeningScreen

/** The composition root: opens the phone, puts model and screens together, lends the camera. */
class MainActivity : ComponentActivity(), Outside {
    private val app get() = application as GewuApplication
    private val online = MutableStateFlow(true)
    private var stands by mutableStateOf(Opening())
    private var shell by mutableStateOf<Shell?>(null)
    private var words by mutableStateOf<Words>(Words { key, _ -> key })
    private var scope: CoroutineScope? = null
    private var found: (String) -> Unit = {}

    private val askPlace = registerForActivityResult(RequestPermission()) {}
    private val scanning = registerForActivityResult(StartActivityForResult()) { it.data?.getStringExtra(ScanActivity.TEXT)?.let(found) }
    private val askCamera = registerForActivityResult(RequestPermission()) { if (it) scanning.launch(Intent(this, ScanActivity::class.java)) }

    override val canScan get() = packageManager.hasSystemFeature("android.hardware.camera.any")

    override fun onCreate(state: Bundle?) {
        super.onCreate(state)
        words = ResourceWords(spoken(app.language))
        lifecycleScope.launch { online(this@MainActivity).collect { online.value = it } }
        setContent {
            LaunchedEffect(Unit) { open() }
            GewuLook(isSystemInDarkTheme(), words) {
                val shown = shell
                if (shown == null) OpeningScreen(stands, ::reopen) else GewuScreens(shown)
                BackHandler { if (shown?.goBack() != true) finish() }
            }
        }
        askPlace.launch(Manifest.permission.ACCESS_FINE_LOCATION)
    }

    private fun reopen() {
        stands = Opening()
        lifecycleScope.launch { open() }
    }

    private suspend fun open() {
        words = ResourceWords(spoken(app.language))
        val said = Said(words, ZoneId.systemDefault()) { System.currentTimeMillis() / 1_000 }
        try {
            val inner = CoroutineScope(lifecycleScope.coroutineContext + Job(lifecycleScope.coroutineContext[Job])).also { scope = it }
            val with = Surroundings(app.phone(), words, said, inner, online, AndroidWhereabouts(this))
            shell = Shell(with, app.language, this).also { made -> inner.launch { made.run() } }
        } catch (trouble: Trouble) {
            stands = opening(trouble, words)
        }
    }

    private fun spoken(language: Language): Resources {
        val configuration = Configuration(resources.configuration)
        configuration.setLocale(if (language == Language.ZH) Locale.SIMPLIFIED_CHINESE else Locale.ENGLISH)
        return createConfigurationContext(configuration).resources
    }

    override fun onStop() {
        super.onStop()
        lifecycleScope.launch { shell?.leave() }
    }

    override fun scan(found: (String) -> Unit) {
        this.found = found
        askCamera.launch(Manifest.permission.CAMERA)
    }

    override fun speak(language: Language) {
        scope?.coroutineContext?.get(Job)?.cancel()
        shell = null
        lifecycleScope.launch {
            app.speak(language)
            open()
        }
    }
}
