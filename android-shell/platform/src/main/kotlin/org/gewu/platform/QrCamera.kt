package org.gewu.platform

import android.annotation.SuppressLint
import android.content.Context
import android.graphics.ImageFormat
import android.hardware.camera2.CameraCaptureSession
import android.hardware.camera2.CameraCharacteristics
import android.hardware.camera2.CameraDevice
import android.hardware.camera2.CameraManager
import android.hardware.camera2.CaptureRequest
import android.media.ImageReader
import android.os.Handler
import android.os.HandlerThread
import android.view.Surface

/**
 * Looks through the back camera until it sees a QR code. Pictures are looked at and dropped; none is kept.
 *
 * The caller has the permission, owns [preview], and closes this. `found` is called once, `failed` where there is no
 * camera to look through; both on the camera's thread.
 */
class QrCamera(
    context: Context,
    private val preview: Surface,
    private val found: (String) -> Unit,
    private val failed: () -> Unit,
) : AutoCloseable {
    private val thread = HandlerThread("qr").apply { start() }
    private val handler = Handler(thread.looper)
    private val reader = ImageReader.newInstance(WIDTH, HEIGHT, ImageFormat.YUV_420_888, 2)
    private val manager = context.getSystemService(CameraManager::class.java)
    private var camera: CameraDevice? = null
    private var done = false

    // Whoever makes one has asked for the permission; without it the system's refusal ends in `failed`.
    @SuppressLint("MissingPermission")
    fun start() {
        reader.setOnImageAvailableListener({ look() }, handler)
        try {
            val back = manager.cameraIdList.firstOrNull { id ->
                manager.getCameraCharacteristics(id)[CameraCharacteristics.LENS_FACING] == CameraCharacteristics.LENS_FACING_BACK
            }
            if (back == null) failed() else manager.openCamera(back, Opened(), handler)
        } catch (_: android.hardware.camera2.CameraAccessException) {
            failed()
        } catch (_: SecurityException) {
            failed()
        }
    }

    private fun look() {
        val image = reader.acquireLatestImage() ?: return
        val text = image.use {
            val plane = it.planes[0]
            val bytes = ByteArray(plane.buffer.remaining()).also(plane.buffer::get)
            // The last row may be shorter than the others.
            val whole = bytes.copyOf(plane.rowStride * it.height)
            QrCodes.read(whole, plane.rowStride, it.width, it.height)
        }
        if (text == null || done) return
        done = true
        found(text)
    }

    private inner class Opened : CameraDevice.StateCallback() {
        override fun onOpened(device: CameraDevice) {
            camera = device
            val surfaces = listOf(preview, reader.surface)
            @Suppress("DEPRECATION") // What replaces it is there from API 28 on.
            device.createCaptureSession(surfaces, Shown(device, surfaces), handler)
        }

        override fun onDisconnected(device: CameraDevice) = device.close()

        override fun onError(device: CameraDevice, error: Int) {
            device.close()
            failed()
        }
    }

    private inner class Shown(private val device: CameraDevice, private val surfaces: List<Surface>) :
        CameraCaptureSession.StateCallback() {
        override fun onConfigured(session: CameraCaptureSession) {
            val request = device.createCaptureRequest(CameraDevice.TEMPLATE_PREVIEW)
            surfaces.forEach(request::addTarget)
            request.set(CaptureRequest.CONTROL_AF_MODE, CaptureRequest.CONTROL_AF_MODE_CONTINUOUS_PICTURE)
            session.setRepeatingRequest(request.build(), null, handler)
        }

        override fun onConfigureFailed(session: CameraCaptureSession) = failed()
    }

    override fun close() {
        camera?.close()
        reader.close()
        thread.quitSafely()
    }

    private companion object {
        const val WIDTH = 1_280
        const val HEIGHT = 720
    }
}
