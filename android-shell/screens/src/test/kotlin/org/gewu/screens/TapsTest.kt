package org.gewu.screens

import androidx.compose.foundation.layout.requiredSize
import androidx.compose.foundation.layout.Box
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.test.ComposeUiTest
import androidx.compose.ui.test.ExperimentalTestApi
import androidx.compose.ui.test.assertIsDisplayed
import androidx.compose.ui.test.assertTextContains
import androidx.compose.ui.test.hasScrollAction
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.onNodeWithContentDescription
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollToIndex
import androidx.compose.ui.test.performScrollToNode
import androidx.compose.ui.test.performTextInput
import androidx.compose.ui.test.runDesktopComposeUiTest
import androidx.compose.ui.unit.Density
import androidx.compose.ui.unit.DpSize
import androidx.compose.ui.unit.dp
import org.gewu.bridge.FakePhone
import org.gewu.bridge.Language
import org.gewu.bridge.Report
import org.gewu.bridge.Trouble
import org.gewu.bridge.TroubleKind
import org.gewu.model.Fix
import org.gewu.model.Samples
import org.gewu.model.Stand
import org.junit.Assert.assertEquals
import org.junit.Assert.assertTrue
import org.junit.Test

/** A person's thumb on the real screens over the real models. */
@OptIn(ExperimentalTestApi::class)
class TapsTest {
    private val samples = Samples(Language.ZH)
    private var size by mutableStateOf(DpSize(WIDTH.dp, HEIGHT.dp))

    private fun hand(phone: FakePhone = samples.phone(), online: Boolean = true, scale: Float = 1f, taps: ComposeUiTest.(Stand) -> Unit) =
        runDesktopComposeUiTest(WIDTH * 2, HEIGHT * 2) {
            val stand = Stand(Language.ZH, phone, online, { Fix.At(samples.place) }).run()
            setContent {
                CompositionLocalProvider(LocalDensity provides Density(1f, scale)) {
                    Box(Modifier.requiredSize(size)) { Showing(stand, dark = false) }
                }
            }
            taps(stand)
        }

    @Test
    fun `a report takes three taps and typing from a cold start`() = hand { stand ->
        onNodeWithText("上报").performClick()
        onNodeWithText("井盖").performClick()
        onNodeWithContentDescription("说明").performTextInput("望仙路 12 号")
        onNodeWithText("保存").performClick()
        assertEquals(listOf(Report("manhole", text = "望仙路 12 号", place = samples.place)), stand.phone.reports)
        onNodeWithText("已保存在本机 · K7QM-2XH4-9C\n10 秒内可撤销").assertIsDisplayed()
    }

    @Test
    fun `in flight mode it saves all the same and says where it is`() {
        val phone = samples.phone()
        phone.before = { if (it == "report") phone.status = samples.status.copy(unsent = 1) }
        hand(phone, online = false) { stand ->
            onNodeWithText("没有网络，照常可用").assertIsDisplayed()
            onNodeWithText("上报").performClick()
            onNodeWithText("井盖").performClick()
            onNodeWithText("保存").performClick()
            assertEquals(1, stand.phone.reports.size)
            onNodeWithText("1 条还没发送 · 上次确认 09:12").assertIsDisplayed()
        }
    }

    @Test
    fun `what was saved can be undone, and the words are not lost`() = hand { stand ->
        onNodeWithText("上报").performClick()
        onNodeWithText("井盖").performClick()
        onNodeWithContentDescription("说明").performTextInput("写错了")
        onNodeWithText("保存").performClick()
        onNodeWithText("撤销").performClick()
        assertTrue(stand.phone.acts.single().second.withdrawn)
        onNodeWithText("有一份没写完的上报").assertIsDisplayed()
        onNodeWithText("接着写").performClick()
        onNodeWithContentDescription("说明").assertTextContains("写错了")
    }

    @Test
    fun `a contested value shows all that was written`() = hand {
        onNodeWithText("说法不一").assertIsDisplayed()
        onNodeWithText("井盖松动，有人绊倒").performClick()
        onNodeWithText("承办 · 说法不一").assertIsDisplayed()
        onNodeWithText("尚都物业").assertExists()
        onNodeWithText("交警中队").assertExists()
    }

    @Test
    fun `a refused act says why and keeps the words`() {
        val phone = samples.phone()
        phone.troubles["act"] = Trouble(TroubleKind.REFUSED, "no_right", "没有保存：这个岗位没有这项权限", "写的字还在。", "请有权限的人来做。")
        hand(phone) { stand ->
            onNodeWithText("井盖松动，有人绊倒").performClick()
            onNodeWithText("核查通过").performClick()
            onNodeWithContentDescription("写几句（可以不写）").performTextInput("盖好了")
            onNodeWithText("保存").performClick()
            onNodeWithText("没有保存：这个岗位没有这项权限").assertIsDisplayed()
            onNodeWithText("请有权限的人来做。").assertIsDisplayed()
            onNodeWithContentDescription("写几句（可以不写）").assertTextContains("盖好了")
            assertEquals("盖好了", stand.phone.kept[samples.detail.code]?.text)
        }
    }

    @Test
    fun `whom a case goes to is chosen by name and sent by its code`() {
        val phone = samples.phone()
        phone.details = mapOf(samples.dispatching.code to samples.dispatching)
        hand(phone) { stand ->
            onNodeWithText("井盖松动，有人绊倒").performClick()
            onNodeWithText("派遣").performClick()
            onNodeWithContentDescription("搜名称或编码").performTextInput("交警")
            onNodeWithText("尚都物业").assertDoesNotExist()
            onNodeWithText("交警中队").performClick()
            onNodeWithText("换一个").assertIsDisplayed()
            onNodeWithText("保存").performClick()
            assertEquals("J02", stand.phone.acts.single().second.party)
        }
    }

    @Test
    fun `an action that may not be done is explained on demand`() = hand {
        onNodeWithText("井盖松动，有人绊倒").performClick()
        onNode(hasScrollAction()).performScrollToNode(hasText("现在不能做的"))
        onNodeWithText("现在不能做的").performClick()
        onNode(hasScrollAction()).performScrollToNode(hasText("派遣由派遣员来做。"))
        onNodeWithText("派遣由派遣员来做。").assertIsDisplayed()
    }

    @Test
    fun `ten thousand rows scroll to the end, page by page`() {
        val phone = samples.phone()
        phone.lines = List(10_000) { at -> samples.lines[1].copy(code = "C%05d".format(at), text = "第 $at 件") }
        hand(phone) { stand ->
            repeat(50) { page ->
                // Title, search and the section's label stand above the rows.
                onNode(hasScrollAction()).performScrollToIndex(3 + page * 200 + 199)
                waitForIdle()
            }
            onNodeWithText("第 9999 件").assertIsDisplayed()
            assertEquals("one call for each page, none for a row", 50, stand.phone.calls.count { it == "today" })
        }
    }

    @Test
    fun `turning the phone loses nothing`() = hand {
        onNodeWithText("上报").performClick()
        onNodeWithText("井盖").performClick()
        onNodeWithContentDescription("说明").performTextInput("望仙路")
        size = DpSize(HEIGHT.dp, WIDTH.dp)
        waitForIdle()
        onNodeWithText("保存").assertIsDisplayed()
        onNode(hasScrollAction()).performScrollToNode(hasText("望仙路"))
        onNodeWithContentDescription("说明").assertTextContains("望仙路")
    }

    @Test
    fun `with text twice as big everything can still be reached`() = hand(scale = 2f) { stand ->
        onNodeWithText("上报").performClick()
        onNode(hasScrollAction()).performScrollToNode(hasText("噪声扰民"))
        onNodeWithText("噪声扰民").performClick()
        onNode(hasScrollAction()).performScrollToNode(hasText("紧急"))
        onNodeWithText("紧急").performClick()
        onNodeWithText("保存").performClick()
        assertEquals("noise" to true, stand.phone.reports.single().let { it.classKey to it.urgent })
    }
}
