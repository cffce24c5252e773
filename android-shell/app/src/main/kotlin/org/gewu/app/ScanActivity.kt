package org.gewu.app

import android.app.Activity
import android.content.Intent
import android.os.Bundle
import android.view.SurfaceHolder
import android.view.SurfaceView
import org.gewu.platform.QrCamera

/** Looks through the camera until it sees an invitation, and hands its text back. */
class ScanActivity : Activity(), SurfaceHolder.Callback {
    private var camera: QrCamera? = null

    override fun onCreate(state: Bundle?) {
        super.onCreate(state)
        val view = SurfaceView(this)
        view.contentDescription = getString(R.string.say_scanning)
        view.holder.addCallback(this)
        setContentView(view)
    }

    override fun surfaceCreated(holder: SurfaceHolder) {
        camera = QrCamera(this, holder.surface, ::found, ::finish).also(QrCamera::start)
    }

    private fun found(text: String) {
        setResult(RESULT_OK, Intent().putExtra(TEXT, text))
        finish()
    }

    override fun surfaceChanged(holder: SurfaceHolder, format: Int, width: Int, height: Int) = Unit

    override fun surfaceDestroyed(holder: SurfaceHolder) {
        camera?.close()
        camera = null
    }

    companion object {
        const val TEXT = "text"
    }
}
