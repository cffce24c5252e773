package org.gewu.bridge

import kotlinx.coroutines.flow.Flow

/**
 * One phone's whole state, as the shell sees it.
 *
 * Every call runs off the caller's thread, may take as long as the core documents, and ends in its value or in a
 * [Trouble] with words. What a command returned for survives a pulled battery. There is one call per page, never one
 * per row.
 */
interface Phone {
    /** Says that pages changed. Conflated: whoever is slow sees the latest only. */
    val changes: Flow<Change>

    suspend fun status(): Status
    suspend fun today(after: String? = null): CasePage
    suspend fun case(code: String): CaseDetail
    suspend fun supervise(query: RateQuery): SuperviseView
    suspend fun toSettle(after: String? = null): SettlePage
    suspend fun me(): Me
    suspend fun diagnostics(): String

    suspend fun usualClasses(area: String? = null): List<ClassLine>
    suspend fun findClasses(text: String): List<ClassLine>

    /** Where an act of this kind may send a case; an empty text finds all. */
    suspend fun findAreas(kind: Kind, text: String): List<Area>

    /** Whether a place lies 2 km or more off a grid; none as `area`: the phone's own. */
    suspend fun farOff(place: Place, area: String? = null): FarOff?

    suspend fun report(report: Report): Saved
    suspend fun act(code: String, act: Act): Saved

    suspend fun drafts(): List<Draft>
    suspend fun keepDraft(draft: Draft)
    suspend fun discardDraft(about: String?)

    suspend fun enrol(invitation: String): Enrolled
    suspend fun syncNow(): SyncReport

    suspend fun startAgent()
    suspend fun stopAgent()
    suspend fun networkChanged()

    /** Lets go of every lock on the files, until [resume]. */
    suspend fun pause()
    suspend fun resume()

    /** Finishes what is under way and closes the files. Nothing works after it. */
    suspend fun shut()
}

/** Where the key of the encrypted store is kept; 32 bytes. May throw [VaultLocked] or [VaultLost]. */
fun interface Vault {
    fun key(): ByteArray
}

/** The vault cannot be read until the person unlocks the phone. */
class VaultLocked : Exception()

/** The key is gone for good, as after the lock screen was taken off. */
class VaultLost : Exception()
