package org.gewu.platform

import android.app.job.JobInfo
import android.app.job.JobParameters
import android.app.job.JobScheduler
import android.app.job.JobService
import android.content.ComponentName
import android.content.Context
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.launch
import org.gewu.bridge.Trouble

/** What the application lends to its jobs. */
interface Syncing {
    /** Syncs once; true when it should be tried again later. */
    suspend fun syncOnce(): Boolean
}

/**
 * Sends what is only on this phone while the app is not on screen.
 *
 * The system starts it when there is a network, at most every quarter of an hour, and may end it at any time: each step
 * of a sync is whole by itself, so that the next one goes on from there.
 */
class SyncJob : JobService() {
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Main.immediate)
    private var running: Job? = null

    override fun onStartJob(parameters: JobParameters): Boolean {
        val syncing = application as? Syncing ?: return false
        running = scope.launch {
            val again = try {
                syncing.syncOnce()
            } catch (_: Trouble) {
                true
            }
            jobFinished(parameters, again)
        }
        return true
    }

    override fun onStopJob(parameters: JobParameters): Boolean {
        running?.cancel()
        return true
    }

    companion object {
        const val ID = 1
        private const val PERIOD_MS = 15 * 60 * 1_000L

        /** Asks the system for it; asking again changes nothing. */
        fun schedule(context: Context) {
            val scheduler = context.getSystemService(JobScheduler::class.java)
            if (scheduler.getPendingJob(ID) != null) return
            scheduler.schedule(
                JobInfo.Builder(ID, ComponentName(context, SyncJob::class.java))
                    .setRequiredNetworkType(JobInfo.NETWORK_TYPE_ANY)
                    .setPeriodic(PERIOD_MS)
                    .setPersisted(true)
                    .build(),
            )
        }
    }
}
