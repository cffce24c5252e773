package org.gewu.bridge

import kotlinx.coroutines.runBlocking
import org.junit.Test

/** Not a test: `gewu-bench bridge` runs it and reads the line that it prints. */
class ReportBench {
    @Test
    fun `what a report costs through the bridge`() = runBlocking {
        Hub().use { hub ->
            val phone = hub.phone("bench", "inspector", "05")
            repeat(WARM_UP) { phone.report(Report("lamp", text = TEXT)) }
            val took = LongArray(REPORTS) {
                val begun = System.nanoTime()
                phone.report(Report("lamp", text = TEXT))
                System.nanoTime() - begun
            }
            println("REPORT_NS " + took.joinToString(" "))
            phone.shut()
        }
    }

    private companion object {
        const val WARM_UP = 500
        const val REPORTS = 2_000

        /** About fifty characters, as in the workload. */
        const val TEXT = "3栋2单元门口的路灯连续三天晚上不亮，老人小孩进出看不清台阶，已经有人绊倒，物业说要等配件，请尽快来人看看"
    }
}
