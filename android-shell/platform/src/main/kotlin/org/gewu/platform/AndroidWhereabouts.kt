package org.gewu.platform

import android.Manifest
import android.annotation.SuppressLint
import android.content.Context
import android.content.pm.PackageManager
import android.location.Location
import android.location.LocationListener
import android.location.LocationManager
import android.os.Bundle
import android.os.Looper
import kotlin.coroutines.resume
import kotlinx.coroutines.suspendCancellableCoroutine
import kotlinx.coroutines.withTimeoutOrNull
import org.gewu.bridge.Place
import org.gewu.model.Fix
import org.gewu.model.Whereabouts

/** Asks the receiver once, for at most eight seconds; never in the background, never twice. */
class AndroidWhereabouts(private val context: Context, private val limitMs: Long = 8_000) : Whereabouts {
    override suspend fun once(): Fix {
        if (!allowed()) return Fix.Refused
        val manager = context.getSystemService(LocationManager::class.java) ?: return Fix.Absent
        val provider = PROVIDERS.firstOrNull(manager::isProviderEnabled) ?: return Fix.Absent
        val location = withTimeoutOrNull(limitMs) { asked(manager, provider) } ?: return Fix.Absent
        return Fix.At(placeOf(location))
    }

    private fun allowed() = PERMISSIONS.any { context.checkSelfPermission(it) == PackageManager.PERMISSION_GRANTED }

    // `allowed` was asked just before; a permission taken back in between is an absent place.
    @SuppressLint("MissingPermission")
    private suspend fun asked(manager: LocationManager, provider: String): Location? = suspendCancellableCoroutine { answer ->
        val listener = object : LocationListener {
            override fun onLocationChanged(location: Location) {
                manager.removeUpdates(this)
                if (answer.isActive) answer.resume(location)
            }

            override fun onProviderDisabled(provider: String) {
                manager.removeUpdates(this)
                if (answer.isActive) answer.resume(null)
            }

            override fun onProviderEnabled(provider: String) = Unit

            // Called by phones before API 29, where the framework has no body of its own for it.
            @Deprecated("no longer called")
            override fun onStatusChanged(provider: String?, status: Int, extras: Bundle?) = Unit
        }
        answer.invokeOnCancellation { manager.removeUpdates(listener) }
        try {
            manager.requestLocationUpdates(provider, 0, 0f, listener, Looper.getMainLooper())
        } catch (_: SecurityException) {
            if (answer.isActive) answer.resume(null)
        }
    }

    companion object {
        private val PERMISSIONS = listOf(Manifest.permission.ACCESS_FINE_LOCATION, Manifest.permission.ACCESS_COARSE_LOCATION)
        private val PROVIDERS = listOf(LocationManager.GPS_PROVIDER, LocationManager.NETWORK_PROVIDER)

        internal fun placeOf(location: Location) = Place(
            Math.round(location.latitude * 1e7).toInt(),
            Math.round(location.longitude * 1e7).toInt(),
            Math.round(location.accuracy * 100).takeIf { location.hasAccuracy() },
        )
    }
}
