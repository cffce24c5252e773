package org.gewu.model

import java.time.ZoneId
import org.gewu.bridge.ActLine
import org.gewu.bridge.ActionLine
import org.gewu.bridge.Area
import org.gewu.bridge.AreaOverdue
import org.gewu.bridge.CaseDetail
import org.gewu.bridge.CaseLine
import org.gewu.bridge.ClassLine
import org.gewu.bridge.Condition
import org.gewu.bridge.Delivery
import org.gewu.bridge.Enrolled
import org.gewu.bridge.FakePhone
import org.gewu.bridge.FarOff
import org.gewu.bridge.Field
import org.gewu.bridge.Kind
import org.gewu.bridge.Language
import org.gewu.bridge.Me
import org.gewu.bridge.Notice
import org.gewu.bridge.Place
import org.gewu.bridge.Rate
import org.gewu.bridge.SettleLine
import org.gewu.bridge.Status
import org.gewu.bridge.SuperviseView
import org.gewu.bridge.TrendPoint
import org.gewu.bridge.Trouble
import org.gewu.bridge.TroubleKind

/** A grid's morning, in one language: what a phone would answer. */
class Samples(val language: Language) {
    private fun said(zh: String, en: String) = if (language == Language.ZH) zh else en

    val areaName = said("53 号网格", "Grid 53")
    private val area = Area("53", areaName)
    val place = Place(281_234_567, 1_130_123_456, 1_200)

    val noContact = Notice(
        "no_contact",
        said("三小时没有联系上中心", "No contact with the hub for three hours"),
        said("写下的都好好地在本机。", "Everything written is safe on this phone."),
        said("走到有信号的地方，会自动发送。", "Go where there is signal; it is sent by itself."),
    )
    val grantExpiring = Notice(
        "grant_expiring",
        said("授权还有 3 天到期", "The grant ends in 3 days"),
        said("到期前做的都有效。", "What is done before then counts."),
        said("请街道延长授权。", "Ask the street office to renew it."),
    )
    val certificate = Notice(
        "certificate_changed",
        said("中心的证书换了，没有发送任何东西", "The hub's certificate changed; nothing was sent"),
        said("写下的都好好地在本机。", "Everything written is safe on this phone."),
        said("打电话问街道，确认后扫描新的邀请。", "Call the street office, then scan a new invitation."),
    )
    val damaged = Trouble(
        TroubleKind.DAMAGED,
        "damaged",
        said("本机的数据有一处读不出", "Some data on this phone cannot be read"),
        said("没有删除任何东西，已发送的都在中心。", "Nothing was deleted; what was sent is at the hub."),
        said("再试一次；若仍这样，请带手机去街道。", "Try again; if it stays so, bring the phone to the street office."),
    )
    val full = Trouble(
        TroubleKind.STORAGE_FULL,
        "storage_full",
        said("手机存储满了，没有保存", "The phone is full; this was not saved"),
        said("写的字还在屏幕上，以前保存的都在。", "The words are still on screen, and what was saved before is safe."),
        said("删掉些照片或应用，再点保存。", "Delete some photos or apps, then tap Save again."),
    )

    val locked = Trouble(
        TroubleKind.UNLOCK_NEEDED,
        "key_lost",
        said("锁屏密码取消了，打不开本机的数据", "The screen lock was removed; the data here cannot be opened"),
        said("已发送的都在中心；没有删除任何东西。", "What was sent is at the hub; nothing was deleted."),
        said("带手机去街道，重新加入。", "Take the phone to the street office and join again."),
    )
    val tooOld = Trouble(
        TroubleKind.UPGRADE_NEEDED,
        "upgrade_needed",
        said("这个应用太旧了，读不了新的数据", "This app is too old for the newer data"),
        said("写下的都好好地在本机。", "Everything written is safe on this phone."),
        said("更新应用，再打开。", "Update the app, then open it again."),
    )

    private fun line(
        code: String, zh: String, en: String, classZh: String, classEn: String, stageZh: String, stageEn: String,
        dueInS: Long?, contested: Boolean = false, unconfirmed: Boolean = false,
    ) = CaseLine(
        code, area, said(classZh, classEn), said(zh, en), said(stageZh, stageEn), NOW_S - 90_000, dueInS?.let { NOW_S + it }, dueInS,
        dueInS != null && dueInS < 0, contested, unconfirmed,
    )

    val lines = listOf(
        line("K7QM-2XH4-9C", "井盖松动，有人绊倒", "Loose manhole cover, somebody fell", "井盖", "Manhole cover", "已处置", "Handled", -26 * 3_600 - 60, contested = true),
        line("M3WD-8RT2-5A", "3 栋楼道灯不亮", "Stair light out in building 3", "楼道照明", "Stair light", "已处置", "Handled", 3 * 3_600 + 60),
        line("P9XC-4KH7-2B", "电动车飞线充电", "E-bike charged from a window", "消防安全", "Fire safety", "已派遣", "Dispatched", 6 * 3_600 + 60),
        line("Q2VB-7NM3-8D", "垃圾堆放挡消防通道", "Rubbish blocks the fire lane", "垃圾堆放", "Rubbish", "已上报", "Reported", 4 * 86_400 + 60, unconfirmed = true),
    )

    private fun act(
        entry: String, zh: String, en: String, ago: Long, roleZh: String, roleEn: String, text: String?, delivery: Delivery = Delivery.CONFIRMED,
        proven: Boolean = true, refusal: String? = null, party: Area? = null,
    ) = ActLine(
        entry, said(zh, en), NOW_S - ago, proven, if (proven) said("时间已核对", "time proven") else said("时间为自报", "time claimed"),
        "${said(roleZh, roleEn)} · 7QM2", party, text, null, delivery, deliveryLabel(delivery), refusal,
    )

    private fun deliveryLabel(delivery: Delivery) = when (delivery) {
        Delivery.ON_THIS_PHONE -> said("只在本机", "Only on this phone")
        Delivery.SENT -> said("已发送，待中心确认", "Sent, not yet confirmed")
        Delivery.CONFIRMED -> said("中心已确认", "Confirmed by the hub")
        Delivery.REFUSED -> said("被拒绝", "Refused")
    }

    private val party = Area("W01", said("尚都物业", "Shangdu property company"))
    private val otherParty = Area("J02", said("交警中队", "Traffic police"))

    private fun action(kind: Kind, zh: String, en: String, why: Pair<String, String>? = null, needsText: Boolean = false, passed: Boolean? = null) =
        ActionLine(kind, passed, false, said(zh, en), why == null, why?.let { said(it.first, it.second) }, needsText)

    private val actions = listOf(
        action(Kind.CHECK, "核查通过", "Check: passed", passed = true),
        action(Kind.CHECK, "核查不通过", "Check: not done", passed = false, needsText = true),
        action(Kind.NOTE, "备注", "Note", needsText = true),
        action(Kind.CLOSE, "结案", "Close", "核查通过后由受理员结案。" to "The acceptor closes it once the check has passed."),
        action(Kind.DISPATCH, "派遣", "Dispatch", "派遣由派遣员来做。" to "Dispatching is done by the dispatcher."),
    )

    val detail = CaseDetail(
        code = "K7QM-2XH4-9C",
        className = said("井盖", "Manhole cover"),
        stageLabel = said("已处置", "Handled"),
        urgent = true,
        deadlineS = NOW_S - 26 * 3_600 - 60,
        dueInS = -26 * 3_600 - 60,
        overdue = true,
        text = Field(said("望仙路 12 号，井盖松动，有人绊倒", "12 Wangxian Road: loose manhole cover, somebody fell"), emptyList()),
        place = Field(place, listOf(Place(281_240_000, 1_130_140_000, 2_000))),
        area = Field(area, emptyList()),
        classes = null,
        assignees = listOf(party.name, otherParty.name),
        suspendedUntilS = null,
        revision = 4,
        delivery = Delivery.CONFIRMED,
        history = listOf(
            act("a1", "上报", "Report", 98_000, "网格巡查员", "Inspector", null, proven = false),
            act("a2", "派遣", "Dispatch", 90_000, "派遣员", "Dispatcher", null, party = party),
            act("a3", "派遣", "Dispatch", 89_000, "派遣员", "Dispatcher", null, party = otherParty),
            act("a4", "处置", "Handle", 4_000, "处置人员", "Handler", said("已换新井盖", "New cover fitted")),
        ),
        actions = actions,
    )

    val fresh = detail.copy(
        stageLabel = said("已上报", "Reported"),
        urgent = false,
        deadlineS = null,
        dueInS = null,
        overdue = false,
        text = null,
        place = null,
        assignees = emptyList(),
        delivery = Delivery.SENT,
        history = listOf(act("a1", "上报", "Report", 30, "网格巡查员", "Inspector", null, Delivery.SENT)),
        actions = listOf(action(Kind.DECLINE, "撤回上报", "Withdraw the report"), actions[2]),
    )

    val onlyHere = detail.copy(
        urgent = false,
        place = Field(place, emptyList()),
        assignees = listOf(party.name),
        delivery = Delivery.ON_THIS_PHONE,
        history = detail.history.take(2) + act("a5", "核查", "Check", 60, "网格巡查员", "Inspector", said("去看了，盖好了", "Went there, it is in place"), Delivery.ON_THIS_PHONE),
    )

    val refused = detail.copy(
        urgent = false,
        place = Field(place, emptyList()),
        assignees = listOf(party.name),
        history = detail.history.take(2) + act(
            "a6", "结案", "Close", 3_600, "网格巡查员", "Inspector", null, Delivery.REFUSED,
            refusal = said("这个岗位没有这项权限。请有权限的人来做，或请督导追认。", "This role may not do this. Ask somebody who may, or ask the supervisor to adopt it."),
        ),
    )

    /** As a dispatcher sees it. */
    val dispatching = detail.copy(
        urgent = false,
        place = Field(place, emptyList()),
        assignees = listOf(party.name),
        actions = listOf(action(Kind.DISPATCH, "派遣", "Dispatch"), action(Kind.RELOCATE, "转网格", "Move to another grid")),
    )

    val areas = mapOf(
        Kind.DISPATCH to listOf(
            party,
            otherParty,
            Area("C03", said("城管执法大队", "Urban management")),
            Area("H04", said("自来水公司", "Waterworks")),
        ),
        Kind.RELOCATE to listOf(Area("05", said("05 号网格", "Grid 5")), Area("08", said("08 号网格", "Grid 8"))),
    )

    val farOff = FarOff(4_200, said("定位离 53 号网格 约 4 公里，照样可以保存", "The fix is about 4 km off Grid 53; it can be saved all the same"))

    private fun kind(key: String, zh: String, en: String, groupZh: String, groupEn: String, aliasZh: String? = null, aliasEn: String? = null, conditions: List<Condition> = emptyList()) =
        ClassLine(key, said(zh, en), said(groupZh, groupEn), if (language == Language.ZH) aliasZh else aliasEn, conditions)

    val usual = listOf(
        kind("lamp", "路灯", "Street lamp", "公用设施", "Utilities", conditions = listOf(Condition("1", said("单盏不亮", "One lamp out")), Condition("2", said("成片不亮", "Whole street out")))),
        kind("manhole", "井盖", "Manhole cover", "公用设施", "Utilities"),
        kind("rubbish", "垃圾堆放", "Rubbish", "市容环境", "Street scene"),
        kind("fire", "消防安全", "Fire safety", "安全隐患", "Hazards"),
        kind("charging", "电动车飞线充电", "E-bike charging", "安全隐患", "Hazards"),
        kind("stairs", "楼道照明", "Stair light", "房屋设施", "Buildings"),
        kind("parking", "乱停车", "Wild parking", "街面秩序", "Street order"),
        kind("stall", "占道经营", "Street stall", "街面秩序", "Street order"),
        kind("leak", "漏水", "Water leak", "公用设施", "Utilities"),
        kind("noise", "噪声扰民", "Noise", "市容环境", "Street scene"),
    )

    val aliased = listOf(kind("lamp", "路灯", "Street lamp", "公用设施", "Utilities", "路灯不亮", "lamp out"))

    private val days = 20_781
    val supervise = SuperviseView(
        rate = Rate(days - 13, days, days, 4_812, 4_991, "96 %", 21, 3, 1_206, 17, NOW_S - 3 * 3_600),
        overdue = 31,
        grids = listOf(
            AreaOverdue(area, 14, 9),
            AreaOverdue(Area("14", said("14 号网格", "Grid 14")), 22, 6),
            AreaOverdue(Area("08", said("08 号网格", "Grid 8")), 11, 2),
            AreaOverdue(Area("05", said("05 号网格", "Grid 5")), 8, 0),
        ),
        trend = List(12) { at ->
            val closed = listOf(88L, 90, 86, 91, 90, 93, 92, 94, 92, 95, 94, 96)[at]
            TrendPoint(days - 14 * (12 - at), days - 14 * (11 - at), closed, 100, "$closed %")
        },
        firstOverdue = lines.take(1),
        toSettle = 2,
    )

    val superviseEmpty = SuperviseView(
        supervise.rate.copy(numerator = null, denominator = null, shown = null, suspended = 0, forced = 0, selfHandled = 0, unconfirmed = 0, knownUntilS = null),
        0, emptyList(), emptyList(), emptyList(), 0,
    )

    val settle = listOf(
        SettleLine("K7QM-2XH4-9C", said("人车不分流", "Cars among people"), said("派遣", "Dispatch"), NOW_S - 90_000, said("翡翠华庭人车不分流", "Feicui Court: cars among people"), null, true),
        SettleLine("M3WD-8RT2-5A", said("楼道照明", "Stair light"), said("结案", "Close"), NOW_S - 9_000, said("3 栋 2 单元楼道灯不亮", "Stair light out, building 3 unit 2"), said("这个岗位没有这项权限", "this role may not do this"), false),
    )

    val status = Status(unsent = 3, lastContactS = NOW_S - 480, lastConfirmedS = NOW_S - 480, grantExpiresS = NOW_S + 90 * 86_400)
    val calm = status.copy(unsent = 0)

    fun me(status: Status) = Me(
        Enrolled(areaName, NOW_S + 90 * 86_400), said("网格巡查员", "Inspector"), "7QM2", 12_400_000, 1_204, 5_310, "0.1.0", status,
    )

    /** A phone of that grid. */
    fun phone() = FakePhone().also { phone ->
        phone.status = calm
        phone.me = me(calm)
        phone.lines = lines
        phone.details = listOf(detail).associateBy { it.code }
        phone.supervise = supervise
        phone.settle = settle
        phone.usual = usual
        phone.areas = areas
        phone.classes = aliased + usual.drop(1)
    }

    companion object {
        val ZONE: ZoneId = ZoneId.of("Asia/Shanghai")

        /** 2026-11-24 09:20 there. */
        const val NOW_S = 1_795_483_200L
    }
}
