package org.gewu.screens

import androidx.compose.runtime.Composable
import androidx.compose.ui.ImageComposeScene
import androidx.compose.ui.text.ExperimentalTextApi
import androidx.compose.ui.text.font.FontFamily
import androidx.compose.ui.text.platform.SystemFont
import androidx.compose.ui.unit.Density
import androidx.compose.ui.graphics.toAwtImage
import androidx.compose.ui.graphics.toComposeImageBitmap
import java.awt.image.BufferedImage
import java.awt.image.IndexColorModel
import java.io.File
import javax.imageio.ImageIO
import org.gewu.bridge.Language
import org.gewu.model.Stand
import org.jetbrains.skia.FontMgr
import org.jetbrains.skia.FilterMipmap
import org.jetbrains.skia.FilterMode
import org.jetbrains.skia.FontStyle
import org.jetbrains.skia.Image
import org.jetbrains.skia.MipmapMode
import org.jetbrains.skia.Rect
import org.jetbrains.skia.Surface

/** How a scene is shown. */
data class Shown(val language: Language, val scale: Float, val dark: Boolean) {
    val name = "${if (language == Language.ZH) "zh" else "en"}-${(scale * 100).toInt()}-${if (dark) "dark" else "light"}"

    companion object {
        val ALL = Language.entries.flatMap { language ->
            listOf(1f, 2f).flatMap { scale -> listOf(false, true).map { dark -> Shown(language, scale, dark) } }
        }
    }
}

/** The font of the pictures: simplified Chinese shapes, not the Japanese ones of the same characters. */
object Font {
    const val NAME = "Noto Sans CJK SC"

    @OptIn(ExperimentalTextApi::class)
    val family: FontFamily by lazy {
        checkNotNull(FontMgr.default.matchFamilyStyle(NAME, FontStyle.NORMAL)) { "$NAME is not installed (fonts-noto-cjk)" }
        FontFamily(
            SystemFont(NAME, androidx.compose.ui.text.font.FontWeight.Normal),
            SystemFont(NAME, androidx.compose.ui.text.font.FontWeight.Bold),
        )
    }
}

@Composable
fun Showing(stand: Stand, dark: Boolean) = GewuLook(dark, stand.words, Font.family) {
    stand.opening?.let { OpeningScreen(it) {} } ?: GewuScreens(stand.shell)
}

const val WIDTH = 360
const val HEIGHT = 640

/** Draws once, at [pixels] for each dp. */
fun picture(width: Int, height: Int, pixels: Float, scale: Float, content: @Composable () -> Unit): Image {
    val scene = ImageComposeScene((width * pixels).toInt(), (height * pixels).toInt(), Density(pixels, scale), content = content)
    try {
        scene.render()
        return scene.render(1_000_000_000)
    } finally {
        scene.close()
    }
}

/** All pictures of a screen on one, small: eight ways of showing down, its states across. */
class Sheet(columns: Int, rows: Int) {
    private val all = Surface.makeRasterN32Premul(columns * (W + GAP) + GAP, rows * (H + GAP) + GAP).also { it.canvas.clear(0xFFB8BCB6.toInt()) }

    fun put(column: Int, row: Int, image: Image) {
        val at = Rect.makeXYWH((GAP + column * (W + GAP)).toFloat(), (GAP + row * (H + GAP)).toFloat(), W.toFloat(), H.toFloat())
        all.canvas.drawImageRect(image, Rect.makeWH(image.width.toFloat(), image.height.toFloat()), at, SMOOTH, null, true)
    }

    /** Written with as many colours as fit the limit. */
    fun write(file: File) {
        ImageIO.write(Palettes.reduced(all.makeImageSnapshot().toComposeImageBitmap().toAwtImage(), 64), "png", file)
        check(file.length() <= BYTES_MAX) { "$file has ${file.length()} bytes" }
    }

    private companion object {
        const val W = 216
        const val H = 384
        const val GAP = 8
        const val BYTES_MAX = 400_000
        val SMOOTH = FilterMipmap(FilterMode.LINEAR, MipmapMode.LINEAR)
    }
}

/** Fewer colours: each pixel takes the nearest of the most frequent. */
object Palettes {
    fun reduced(image: BufferedImage, colours: Int): BufferedImage {
        val pixels = image.getRGB(0, 0, image.width, image.height, null, 0, image.width)
        val counted = pixels.toList().groupingBy { it }.eachCount().entries.sortedByDescending { it.value }.map { it.key }
        // Grounds and inks as they are; between them a few for what is drawn smoothly.
        val flat = counted.take(colours / 2)
        val frequent = flat + counted.drop(colours / 2).distinctBy { coarse(it) }.take(colours - flat.size)
        val red = ByteArray(frequent.size) { (frequent[it] shr 16).toByte() }
        val green = ByteArray(frequent.size) { (frequent[it] shr 8).toByte() }
        val blue = ByteArray(frequent.size) { frequent[it].toByte() }
        val model = IndexColorModel(8, frequent.size, red, green, blue)
        val reduced = BufferedImage(image.width, image.height, BufferedImage.TYPE_BYTE_INDEXED, model)
        val nearest = HashMap<Int, Int>()
        val indexes = ByteArray(pixels.size) { at -> nearest.getOrPut(pixels[at]) { near(pixels[at], frequent) }.toByte() }
        reduced.raster.setDataElements(0, 0, image.width, image.height, indexes)
        return reduced
    }

    private fun coarse(pixel: Int) = pixel and 0xE0E0E0

    private fun near(pixel: Int, among: List<Int>) = among.indices.minBy { at ->
        listOf(16, 8, 0).sumOf { shift -> ((pixel shr shift and 0xFF) - (among[at] shr shift and 0xFF)).let { it * it } }
    }
}
