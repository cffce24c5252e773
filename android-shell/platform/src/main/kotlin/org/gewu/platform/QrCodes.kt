package org.gewu.platform

import android.graphics.Bitmap
import android.graphics.Color
import com.google.zxing.BarcodeFormat
import com.google.zxing.BinaryBitmap
import com.google.zxing.DecodeHintType
import com.google.zxing.EncodeHintType
import com.google.zxing.PlanarYUVLuminanceSource
import com.google.zxing.ReaderException
import com.google.zxing.common.HybridBinarizer
import com.google.zxing.qrcode.QRCodeReader
import com.google.zxing.qrcode.QRCodeWriter
import com.google.zxing.qrcode.decoder.ErrorCorrectionLevel

/** QR codes: read from a camera's picture, drawn to be read by another phone. */
object QrCodes {
    /** The text in a picture's brightness, row by row; `null` where no code is seen. */
    fun read(brightness: ByteArray, rowBytes: Int, width: Int, height: Int): String? {
        val source = PlanarYUVLuminanceSource(brightness, rowBytes, height, 0, 0, width, height, false)
        return try {
            QRCodeReader().decode(BinaryBitmap(HybridBinarizer(source)), mapOf(DecodeHintType.TRY_HARDER to true)).text
        } catch (_: ReaderException) {
            null
        }
    }

    /** Black on white whatever the theme is, with the quiet zone that readers need. */
    fun draw(text: String, pixels: Int): Bitmap {
        val hints = mapOf(EncodeHintType.ERROR_CORRECTION to ErrorCorrectionLevel.M, EncodeHintType.CHARACTER_SET to "UTF-8")
        val matrix = QRCodeWriter().encode(text, BarcodeFormat.QR_CODE, pixels, pixels, hints)
        val colours = IntArray(matrix.width * matrix.height) { at ->
            if (matrix.get(at % matrix.width, at / matrix.width)) Color.BLACK else Color.WHITE
        }
        return Bitmap.createBitmap(colours, matrix.width, matrix.height, Bitmap.Config.ARGB_8888)
    }
}
