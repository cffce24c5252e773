package org.gewu.screens

import java.io.File
import org.junit.Assert.assertEquals
import org.junit.Test

/** Every screen in every state, language, size of text and light, as a picture; and one sheet per screen. */
class PicturesTest {
    private val root = File(System.getProperty("gewu.root"), "target/screens")

    @Test
    fun `every screen is drawn in every way`() {
        root.deleteRecursively()
        val sheets = File(root, "sheets").also { it.mkdirs() }
        var drawn = 0
        scenes.groupBy { it.screen }.forEach { (screen, states) ->
            val sheet = Sheet(states.size, Shown.ALL.size)
            states.forEachIndexed { column, scene ->
                Shown.ALL.forEachIndexed { row, shown ->
                    val stand = scene.stand(shown.language)
                    val image = picture(WIDTH, HEIGHT, 1.5f, shown.scale) { Showing(stand, shown.dark) }
                    File(root, "$screen-${scene.state}-${shown.name}.png").writeBytes(checkNotNull(image.encodeToData()).bytes)
                    sheet.put(column, row, image)
                    drawn += 1
                }
            }
            sheet.write(File(sheets, "$screen.png"))
        }
        assertEquals(scenes.size * 8, drawn)
    }
}
