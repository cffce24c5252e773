package org.gewu.platform

import android.Manifest
import android.app.Application
import android.app.job.JobInfo
import android.app.job.JobScheduler
import android.graphics.Bitmap
import android.graphics.Color
import android.location.Location
import android.location.LocationManager
import android.net.ConnectivityManager
import java.io.File
import java.nio.file.Files
import java.security.GeneralSecurityException
import java.util.concurrent.TimeUnit
import javax.crypto.Cipher
import javax.crypto.spec.GCMParameterSpec
import javax.crypto.spec.SecretKeySpec
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.gewu.bridge.Place
import org.gewu.bridge.VaultLost
import org.gewu.model.Fix
import org.junit.Assert.assertArrayEquals
import org.junit.Assert.assertEquals
import org.junit.Assert.assertFalse
import org.junit.Assert.assertNull
import org.junit.Assert.assertThrows
import org.junit.Assert.assertTrue
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config

/** What the phone lends, on the framework's own code. */
@RunWith(RobolectricTestRunner::class)
@Config(sdk = [34], manifest = Config.NONE)
class PlatformTest {
    private val app: Application = RuntimeEnvironment.getApplication()

    /** A wrapping as the keystore makes it, with a key that can be taken away. */
    private class HeldWrapping : Wrapping {
        var key: ByteArray? = ByteArray(32) { 3 }

        private fun cipher(mode: Int, nonce: ByteArray) = Cipher.getInstance("AES/GCM/NoPadding").apply {
            init(mode, SecretKeySpec(key ?: throw VaultLost(), "AES"), GCMParameterSpec(128, nonce))
        }

        override fun wrap(plain: ByteArray) = ByteArray(12) { 9 }.let { it + cipher(Cipher.ENCRYPT_MODE, it).doFinal(plain) }
        override fun unwrap(wrapped: ByteArray): ByteArray = cipher(Cipher.DECRYPT_MODE, wrapped.copyOf(12)).doFinal(wrapped, 12, wrapped.size - 12)
    }

    @Test
    fun `the vault keeps one key and never writes it in the clear`() {
        val file = File(Files.createTempDirectory("vault").toFile(), "key")
        val key = KeystoreVault(file, HeldWrapping()).key()
        assertEquals(32, key.size)
        assertArrayEquals(key, KeystoreVault(file, HeldWrapping()).key())
        val stored = file.readBytes()
        assertFalse((0..stored.size - 32).any { stored.copyOfRange(it, it + 32).contentEquals(key) })
        assertEquals(listOf("key"), file.parentFile?.list()?.toList())
    }

    @Test
    fun `a key that is lost or spoilt is never replaced`() {
        val file = File(Files.createTempDirectory("vault").toFile(), "key")
        val wrapping = HeldWrapping()
        KeystoreVault(file, wrapping).key()
        val stored = file.readBytes()
        wrapping.key = null
        assertThrows(VaultLost::class.java) { KeystoreVault(file, wrapping).key() }
        wrapping.key = ByteArray(32) { 4 }
        assertThrows(GeneralSecurityException::class.java) { KeystoreVault(file, wrapping).key() }
        assertArrayEquals(stored, file.readBytes())
    }

    private fun located(go: (LocationManager) -> Unit): Fix = runBlocking {
        val manager = app.getSystemService(LocationManager::class.java)
        val asked = async(Dispatchers.Unconfined, CoroutineStart.UNDISPATCHED) { AndroidWhereabouts(app, 300).once() }
        go(manager)
        shadowOf(android.os.Looper.getMainLooper()).idle()
        withTimeout(10_000) { asked.await() }
    }

    @Test
    fun `a place that may not be known is refused, not waited for`() = assertEquals(Fix.Refused, located {})

    @Test
    fun `one fix is taken and the receiver let go`() {
        shadowOf(app).grantPermissions(Manifest.permission.ACCESS_FINE_LOCATION)
        val manager = app.getSystemService(LocationManager::class.java)
        shadowOf(manager).setProviderEnabled(LocationManager.GPS_PROVIDER, true)
        val fix = located {
            shadowOf(it).simulateLocation(
                Location(LocationManager.GPS_PROVIDER).apply {
                    latitude = 28.1234567
                    longitude = 113.0123456
                    accuracy = 12f
                },
            )
        }
        assertEquals(Fix.At(Place(281_234_567, 1_130_123_456, 1_200)), fix)
        assertEquals(0, shadowOf(manager).getLegacyLocationRequests(LocationManager.GPS_PROVIDER).size)
    }

    @Test
    fun `a stairwell answers with no place within its limit, and the receiver is let go`() {
        shadowOf(app).grantPermissions(Manifest.permission.ACCESS_FINE_LOCATION)
        val manager = app.getSystemService(LocationManager::class.java)
        shadowOf(manager).setProviderEnabled(LocationManager.GPS_PROVIDER, true)
        assertEquals(Fix.Absent, located {})
        assertEquals(0, shadowOf(manager).getLegacyLocationRequests(LocationManager.GPS_PROVIDER).size)
        shadowOf(manager).setProviderEnabled(LocationManager.GPS_PROVIDER, false)
        shadowOf(manager).setProviderEnabled(LocationManager.NETWORK_PROVIDER, false)
        assertEquals(Fix.Absent, located {})
    }

    @Test
    fun `the network is watched while somebody looks, and let go after`() {
        val manager = app.getSystemService(ConnectivityManager::class.java)
        runBlocking { withTimeout(10_000) { assertTrue(online(app).first()) } }
        assertEquals(0, shadowOf(manager).networkCallbacks.size)
        runBlocking {
            val lost = async(Dispatchers.Unconfined, CoroutineStart.UNDISPATCHED) { online(app).first { !it } }
            val callback = shadowOf(manager).networkCallbacks.single()
            callback.onLost(checkNotNull(manager.activeNetwork))
            withTimeout(10_000) { assertFalse(lost.await()) }
        }
    }

    @Test
    fun `the job waits for a network, comes back after a restart, and is asked for once`() {
        SyncJob.schedule(app)
        SyncJob.schedule(app)
        val job = app.getSystemService(JobScheduler::class.java).allPendingJobs.single()
        @Suppress("DEPRECATION")
        assertEquals(JobInfo.NETWORK_TYPE_ANY, job.networkType)
        assertTrue(job.isPersisted)
        assertTrue(job.intervalMillis >= TimeUnit.MINUTES.toMillis(15))
    }

    @Test
    fun `a code drawn here is read back, upside down and dimmed too`() {
        val text = "gewu:邀请?hub=https://192.0.2.7:8443&token=" + "k7qm".repeat(20)
        val drawn = QrCodes.draw(text, 400)
        assertEquals(Color.WHITE, drawn.getPixel(1, 1))
        assertEquals(text, QrCodes.read(brightness(drawn) { it }, 400, 400, 400))
        assertEquals(text, QrCodes.read(brightness(drawn) { it }.reversedArray(), 400, 400, 400))
        assertEquals(text, QrCodes.read(brightness(drawn) { 60 + it / 4 }, 400, 400, 400))
        assertNull(QrCodes.read(ByteArray(400 * 400) { 120 }, 400, 400, 400))
    }

    private fun brightness(bitmap: Bitmap, seen: (Int) -> Int) = ByteArray(bitmap.width * bitmap.height) { at ->
        seen(Color.red(bitmap.getPixel(at % bitmap.width, at / bitmap.width))).toByte()
    }
}
