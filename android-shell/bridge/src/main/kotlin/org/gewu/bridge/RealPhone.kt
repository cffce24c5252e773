package org.gewu.bridge

import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.channels.awaitClose
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.callbackFlow
import kotlinx.coroutines.flow.conflate
import kotlinx.coroutines.flow.flowOn
import kotlinx.coroutines.withContext
import org.gewu.bindings.Changed
import org.gewu.bindings.Device
import org.gewu.bindings.DeviceException
import org.gewu.bindings.DeviceInterface
import org.gewu.bindings.KeyVault
import org.gewu.bindings.Observer
import org.gewu.bindings.Options
import org.gewu.bindings.VaultException

/**
 * The core behind [Phone]. Each call goes to [io] and comes back on the caller's own thread; what the core throws comes
 * back as [Trouble].
 */
class RealPhone internal constructor(private val device: DeviceInterface, private val io: CoroutineDispatcher) : Phone {
    private suspend fun <T> call(made: DeviceInterface.() -> T): T = withContext(io) { spoken { device.made() } }

    override val changes: Flow<Change> = callbackFlow {
        val watch = device.observe(
            object : Observer {
                override fun changed(changed: Changed) {
                    trySend(Change(changed.cases, changed.status, changed.revision.toLong()))
                }
            },
        )
        awaitClose { watch.use { it.cancel() } }
    }.conflate().flowOn(io)

    override suspend fun status() = call { status().lowered() }
    override suspend fun today(after: String?) = call { today(after).lowered() }
    override suspend fun case(code: String) = call { case(code).lowered() }
    override suspend fun supervise(query: RateQuery) = call { supervise(query.lifted()).lowered() }
    override suspend fun toSettle(after: String?) = call { toSettle(after).lowered() }
    override suspend fun me() = call { me().lowered() }
    override suspend fun diagnostics() = call { diagnostics() }
    override suspend fun usualClasses(area: String?) = call { usualClasses(area).map { it.lowered() } }
    override suspend fun findClasses(text: String) = call { findClasses(text).map { it.lowered() } }
    override suspend fun findAreas(kind: Kind, text: String) = call { findAreas(kind.lifted(), text).map { it.lowered() } }
    override suspend fun farOff(place: Place, area: String?) = call { farOff(area, place.lifted())?.lowered() }
    override suspend fun report(report: Report) = call { Saved(report(report.lifted()).code) }
    override suspend fun act(code: String, act: Act) = call { Saved(act(code, act.kind.lifted(), act.lifted()).code) }
    override suspend fun drafts() = call { drafts().map { it.lowered() } }
    override suspend fun keepDraft(draft: Draft) = call { keepDraft(draft.lifted()) }
    override suspend fun discardDraft(about: String?) = call { discardDraft(about) }
    override suspend fun enrol(invitation: String) = call { enrol(invitation).lowered() }
    override suspend fun syncNow() = call { syncNow().lowered() }
    override suspend fun startAgent() = call { startAgent() }
    override suspend fun stopAgent() = call { stopAgent() }
    override suspend fun networkChanged() = call { networkChanged() }
    override suspend fun pause() = call { pause() }
    override suspend fun resume() = call { resume() }

    // The object itself goes with the process: freed, a call still under way would not end in words.
    override suspend fun shut() = call { shut() }

    companion object {
        /** Opens the folder, or makes it. [vault] is asked once. */
        suspend fun open(dir: String, language: Language, vault: Vault, io: CoroutineDispatcher = Dispatchers.IO): Phone =
            withContext(io) {
                spoken { RealPhone(Device.open(Options(dir, language.lifted()), Asked(vault)), io) }
            }
    }
}

/** The shell's vault as the core asks for it. Whatever else a keystore throws, the core takes as a failed vault. */
private class Asked(private val vault: Vault) : KeyVault {
    override fun key(): ByteArray = try {
        vault.key()
    } catch (_: VaultLocked) {
        throw VaultException.Locked()
    } catch (_: VaultLost) {
        throw VaultException.Lost()
    }
}

internal inline fun <T> spoken(call: () -> T): T = try {
    call()
} catch (error: DeviceException) {
    throw error.lowered()
}
