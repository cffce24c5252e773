package org.gewu.screens

import androidx.compose.foundation.background
import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.height
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.width
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.toPixelMap
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.test.ExperimentalTestApi
import androidx.compose.ui.test.captureToImage
import androidx.compose.ui.test.onRoot
import androidx.compose.ui.test.runDesktopComposeUiTest
import androidx.compose.ui.unit.Density
import androidx.compose.ui.unit.dp
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test

/** Every screen holds for everybody; and each check rejects a sample that does not. */
@OptIn(ExperimentalTestApi::class)
class EverybodyTest {
    /** Faults of what is drawn on a page so long that nothing has to scroll. */
    private fun faults(scale: Float, content: @Composable () -> Unit): List<String> {
        var found = emptyList<String>()
        runDesktopComposeUiTest(WIDTH, 6_000) {
            setContent { CompositionLocalProvider(LocalDensity provides Density(1f, scale), content = content) }
            found = Checks.faults(
                onRoot(useUnmergedTree = true).fetchSemanticsNode(),
                onRoot().fetchSemanticsNode(),
                onRoot().captureToImage().toPixelMap(),
            )
        }
        return found
    }

    @Test
    fun `nothing is cut, too small, too faint or without a name`() {
        val found = scenes.flatMap { scene ->
            Shown.ALL.flatMap { shown ->
                val stand = scene.stand(shown.language)
                faults(shown.scale) { Showing(stand, shown.dark) }.map { "${scene.screen}-${scene.state}-${shown.name} $it" }
            }
        }
        assertEquals(found.joinToString("\n"), 0, found.size)
    }

    private fun only(kind: String, content: @Composable () -> Unit) {
        val found = faults(1f, content)
        assertTrue("$found", found.size == 1 && found.single().startsWith(kind))
    }

    @Test
    fun `cut text is found`() = only("cut") {
        Box(Modifier.size(200.dp, 200.dp).background(Color.White)) { Say("上报一件事情，写一句话", colour = Color.Black, modifier = Modifier.width(60.dp).height(20.dp)) }
    }

    @Test
    fun `a broken word is found`() = only("cut") {
        Box(Modifier.size(200.dp, 400.dp).background(Color.White)) { Say("Supervise", colour = Color.Black, modifier = Modifier.width(30.dp)) }
    }

    @Test
    fun `a small target is found`() = only("target") {
        Box(Modifier.size(200.dp).background(Color.White)) {
            Box(Modifier.size(48.dp, 40.dp).clickable { }) { Say("Go", colour = Color.Black) }
        }
    }

    @Test
    fun `faint text is found`() = only("contrast") {
        Box(Modifier.size(200.dp).background(Color.White)) { Say("Go", colour = Color(0xFF808080)) }
    }

    @Test
    fun `a button without a name is found`() = only("no label") {
        Box(Modifier.size(200.dp).background(Color.White)) { Box(Modifier.size(48.dp).clickable { }) }
    }
}
