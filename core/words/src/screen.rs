//! Longer than other files because it is a table: every word on the screens of the apps, Chinese and English side by side.
//!
//! A row is `Key: "中文", "English";`, as in `word.rs`. The apps do not call this crate: `examples/resources.rs` writes
//! the table as Android resources, as a string catalogue, and as JSON, each key in small letters with underscores
//! (`today_empty_title`). Holes are `{name}` and nothing else: an English text needs no plural, so that every platform
//! can fill it in alike. What the core hands over ready to show (stages, kinds, roles, errors, notices) is not here.

use crate::table::words;

words! {
    /// A word or sentence of a screen by its key.
    ScreenWord {
    // What every screen has.
    AppName: "格物", "Gewu";
    NavToday: "今日", "Today";
    NavReport: "上报", "Report";
    NavSupervise: "督导", "Supervise";
    NavMe: "我的", "Me";
    ActionBack: "返回", "Back";
    ActionClose: "关闭", "Close";
    ActionCancel: "取消", "Cancel";
    ActionRetry: "再试一次", "Try again";
    ActionMore: "更多", "More";
    ActionSave: "保存", "Save";
    ActionOk: "知道了", "OK";
    ActionSearch: "搜索", "Search";
    ActionClear: "清空", "Clear";
    ActionCopy: "复制", "Copy";
    ActionCopied: "已复制", "Copied";
    ActionOpen: "打开", "Open";

    // The line that tells the truth about sync.
    StatusConfirmed: "都已由中心确认 · {time}", "Everything confirmed · {time}";
    StatusUnsent: "{count} 条还没发送 · 上次确认 {time}", "{count} not yet sent · last confirmed {time}";
    StatusUnsentNever: "{count} 条还没发送 · 还没确认过", "{count} not yet sent · not confirmed yet";
    StatusSent: "{count} 条已发送，等中心确认", "{count} sent, waiting for the hub";
    StatusNever: "还没和中心联系过", "No contact with the hub yet";
    StatusSyncing: "正在同步…", "Syncing…";
    StatusOffline: "没有网络，照常可用", "No network; everything works";
    StatusAsOf: "截至 {time}", "as of {time}";

    // States of any screen.
    StateLoading: "正在打开…", "Opening…";
    StateOffline: "没有网络。这里显示的是截至 {time} 的情况，可以照常工作。", "No network. This is how things stood at {time}; you can work as ever.";
    StateOfflineNever: "没有网络。有了网络，中心的事项会出现在这里；上报照常可用。", "No network. Cases will come from the hub when there is one; reporting works as ever.";
    StateDamagedTitle: "存储打不开", "The storage cannot be opened";
    StateRefusedTitle: "没有成功", "That did not work";
    StateLockedTitle: "请先解锁", "Please unlock";
    StateUpdateTitle: "请更新", "Please update";
    StateWhat: "发生了什么", "What happened";
    StateSafe: "什么是安全的", "What is safe";
    StateNext: "接下来", "What to do next";
    StateCode: "代码 {code}", "code {code}";
    StateUnlock: "解锁", "Unlock";
    StateJoinAgain: "重新加入", "Join again";

    // Times and distances.
    TimeNow: "刚刚", "just now";
    TimeMinutesAgo: "{minutes} 分钟前", "{minutes} min ago";
    TimeHoursAgo: "{hours} 小时前", "{hours} h ago";
    TimeDaysAgo: "{days} 天前", "{days} d ago";
    TimeToday: "今天 {time}", "today {time}";
    TimeYesterday: "昨天 {time}", "yesterday {time}";
    TimeTomorrow: "明天 {time}", "tomorrow {time}";
    DueMinutes: "还有 {minutes} 分钟", "{minutes} min left";
    DueHours: "还有 {hours} 小时", "{hours} h left";
    DueDays: "还有 {days} 天", "{days} d left";
    DueNever: "没有期限", "no deadline";
    LateMinutes: "超 {minutes} 分钟", "{minutes} min late";
    LateHours: "超 {hours} 小时", "{hours} h late";
    LateDays: "超 {days} 天", "{days} d late";
    DistanceMetres: "{metres} 米", "{metres} m";
    DistanceKilometres: "{kilometres} 公里", "{kilometres} km";

    // Today.
    TodayTitle: "今日", "Today";
    TodaySearch: "搜编号、类别或说明", "Search code, class or words";
    TodayOverdue: "已超期", "Overdue";
    TodayDue: "今天到期", "Due today";
    TodayLater: "以后到期", "Due later";
    TodayReport: "上报", "Report";
    TodayEmptyTitle: "没有要办的事项", "Nothing to do";
    TodayEmptyText: "新的事项会按期限先后出现在这里。看到问题，点“上报”。", "New cases will appear here, earliest deadline first. When you see a problem, tap “Report”.";
    TodayNothingFound: "没有找到“{text}”。换个说法再搜，或先同步一次。", "“{text}” is not found. Try other words, or sync first.";

    // Drafts.
    DraftReport: "有一份没写完的上报", "An unfinished report";
    DraftCase: "{code} 有没写完的内容", "Unfinished words on {code}";
    DraftKept: "草稿已存在本机 · {time}", "Draft kept on this phone · {time}";
    DraftResume: "接着写", "Go on";
    DraftDiscard: "不要了", "Discard";
    DraftDiscarded: "草稿已删除", "Draft discarded";

    // Report.
    ReportTitle: "上报", "Report";
    ReportWhat: "是什么问题？", "What is the matter?";
    ReportUsual: "这里常见", "Usual here";
    ReportSearch: "搜名称、编码或俗称", "Search name, number or everyday word";
    ReportSearchExample: "比如“路灯不亮”", "such as “street lamp out”";
    ReportNothingFound: "没有找到“{text}”。换个说法，或从常见的里选。", "“{text}” is not found. Try other words, or choose a usual one.";
    ReportAlias: "俗称：{alias}", "also: {alias}";
    ReportChange: "换一个", "Change";
    ReportCondition: "具体情况", "How it is";
    ReportText: "说明", "Words";
    ReportTextHint: "在哪里、怎么了（可以不写）", "Where and what (may stay empty)";
    ReportUrgent: "紧急", "Urgent";
    ReportUrgentHint: "有危险，要马上处理", "Dangerous, must be handled at once";
    ReportPlace: "位置", "Place";
    ReportPlaceLooking: "正在定位…", "Looking for the place…";
    ReportPlaceFound: "已定位，误差约 {metres} 米", "Found, within about {metres} m";
    ReportPlaceNone: "没有定位到，照样可以保存", "No fix; it can be saved all the same";
    ReportPlaceRefused: "没有定位权限，照样可以保存", "No right to the location; it can be saved all the same";
    ReportPlaceFar: "定位离 {area} 约 {kilometres} 公里，照样可以保存", "The fix is about {kilometres} km off {area}; it can be saved all the same";
    ReportPlaceAgain: "重新定位", "Look again";
    ReportPlaceRemove: "不带位置", "Leave the place out";
    ReportGrid: "网格", "Grid";
    ReportSave: "保存", "Save";
    ReportSaved: "已保存在本机", "Saved on this phone";
    ReportSavedCode: "编号 {code}", "code {code}";
    ReportUndo: "撤销", "Undo";
    ReportUndoFor: "{seconds} 秒内可撤销", "can be undone for {seconds} s";
    ReportUndone: "已撤回这次上报", "The report was withdrawn";
    ReportClassFirst: "先选一个类别", "Choose a class first";

    // Case.
    CaseTitle: "事项", "Case";
    CaseCode: "编号 {code}", "code {code}";
    CaseDeadline: "期限", "Deadline";
    CaseSuspended: "缓办至", "Suspended until";
    CaseAssignee: "承办", "With";
    CaseNobody: "还没有人承办", "nobody yet";
    CaseParty: "责任单位", "Party";
    CaseDays: "{days} 天", "{days} d";
    CaseReporter: "上报人", "Reporter";
    CaseGrid: "网格", "Grid";
    CaseClass: "类别", "Class";
    CaseNewGrid: "新网格", "New grid";
    CaseAreaSearch: "搜名称或编码", "Search name or code";
    CaseAreaNotFound: "没有找到“{text}”。换个说法再搜。", "“{text}” is not found. Try other words.";
    CaseAreaEmpty: "没有可选的。请街道先登记，再同步。", "None to choose from. Ask the street office to enter them, then sync.";
    CasePlace: "位置", "Place";
    CaseMap: "在地图里看", "See on the map";
    CaseText: "说明", "Words";
    CaseNoText: "没有写说明", "no words";
    CaseErased: "说明已抹去", "the words were erased";
    CaseUrgent: "紧急", "Urgent";
    CaseRework: "返工 {count} 次", "sent back: {count}";
    CaseSelfHandled: "自行处置", "self-handled";
    CaseOnlyHere: "只在本机", "only on this phone";
    CaseUnconfirmed: "待确认", "not yet confirmed";
    CaseContested: "说法不一", "differs";
    CaseContestedText: "几个人写得不一样，都留着；下一步会定下来。", "Several people wrote different things. All are kept; the next step settles it.";
    CaseContestedValue: "也有人写：{value}", "others wrote: {value}";
    CaseHistory: "经过", "History";
    CaseHistoryEmpty: "还没有经过。", "Nothing has happened yet.";
    CaseActions: "可以做的", "What you can do";
    CaseNoActions: "现在没有要你做的。", "Nothing for you to do now.";
    CaseOtherActions: "现在不能做的", "What cannot be done now";
    CaseWhyNot: "为什么？", "Why?";
    CaseWords: "写几句（可以不写）", "A few words (may stay empty)";
    CaseWordsNeeded: "请写明理由", "Please give a reason";
    CaseDone: "{action}：已保存在本机", "{action}: saved on this phone";
    CaseWithdrawAsk: "撤回这次上报？经过里会留下记录，不计入比率。", "Withdraw this report? It stays in the history and does not count.";
    CaseChanged: "刚才有了新变化，已显示最新的。请看过再做。", "Something just changed and is shown now. Please look before going on.";
    CaseMissing: "这个事项还没同步到本机。", "This case has not come to this phone yet.";

    // Supervise.
    SuperviseTitle: "督导", "Supervise";
    SuperviseWeek: "一周", "Week";
    SuperviseFortnight: "双周", "2 weeks";
    SuperviseMonth: "本月", "This month";
    SuperviseYear: "本年", "This year";
    SuperviseRate: "结案率", "Closure rate";
    SuperviseParts: "{numerator} / {denominator}", "{numerator} / {denominator}";
    SupervisePartsLabel: "已结 / 应结", "closed / due";
    SuperviseNothingDue: "这段时间没有到期的事项，所以没有结案率。换一个时段看看。", "No case falls due in this period, so there is no rate. Try another period.";
    SuperviseKnownUntil: "数据齐至 {time}", "complete up to {time}";
    SuperviseKnownNever: "有手机还没联系过", "not every phone was heard from";
    SuperviseOverdue: "超期 {count}", "{count} overdue";
    SuperviseGrids: "超期最多的网格", "Grids by overdue";
    SuperviseGrid: "超期 {overdue} · 未结 {open}", "{overdue} overdue · {open} open";
    SuperviseGridsEmpty: "各网格都没有未结的事项。", "No grid has an open case.";
    SuperviseTrend: "走势", "Trend";
    SuperviseTrendEmpty: "有了两段时间的数字，这里会画出走势。", "A trend will appear here once there are figures for two periods.";
    SuperviseList: "超期事项", "Overdue cases";
    SuperviseListEmpty: "没有超期的。到期没结案的会出现在这里。", "Nothing is overdue. Cases not closed by their deadline will appear here.";
    SuperviseSuspended: "缓办 {count}", "{count} suspended";
    SuperviseForced: "强制结案 {count}", "{count} forced";
    SuperviseSelfHandled: "自行处置 {count}", "{count} self-handled";
    SuperviseUnconfirmed: "待确认 {count}", "{count} not yet confirmed";

    // To settle.
    SettleTitle: "待处理", "To settle";
    SettleCount: "待处理 {count}", "{count} to settle";
    SettleEmpty: "没有要处理的。被拒绝的和说法不一的会出现在这里。", "Nothing to settle. What was refused or differs will appear here.";
    SettleRefused: "被拒绝", "refused";
    SettleContested: "说法不一", "differs";

    // Me.
    MeTitle: "我的", "Me";
    MeJoinTitle: "加入街道", "Join a street";
    MeJoinText: "请街道发一份邀请，扫描它，或粘贴那一串文字。", "Ask the street office for an invitation; scan it, or paste its text.";
    MeScan: "扫描邀请", "Scan an invitation";
    MePaste: "粘贴邀请", "Paste an invitation";
    MeInvitation: "邀请", "Invitation";
    MeJoin: "加入", "Join";
    MeJoining: "正在加入…", "Joining…";
    MeJoined: "已加入 {area}", "Joined {area}";
    MeRole: "身份", "Role";
    MeArea: "范围", "Area";
    MePerson: "本人", "Person";
    MeGrant: "授权到 {date}", "grant until {date}";
    MeSync: "立即同步", "Sync now";
    MeSynced: "已同步：发出 {sent} 条，收到 {received} 条", "Synced: {sent} sent, {received} received";
    MeStorage: "存储", "Storage";
    MeStorageUsed: "{size} · {cases} 件事项 · {acts} 条记录", "{size} · cases {cases} · entries {acts}";
    MeLanguage: "语言", "Language";
    MeLanguageZh: "中文", "Chinese";
    MeLanguageEn: "英文", "English";
    MeVersion: "版本 {version}", "version {version}";
    MeDiagnostics: "诊断信息", "Diagnostics";
    MeDiagnosticsText: "不含个人信息和写过的内容，可以发给维护的人。", "Nothing personal and nothing typed is in it; it may be sent to a maintainer.";
    MePage: "督导网页链接", "Link to the supervisor's page";
    MePageText: "只能打开一次，10 分钟内有效。", "Opens once, within 10 minutes.";

    // What the system asks about.
    PermissionLocation: "上报时填写位置；不允许也能上报。", "Fills in the place of a report; reporting works without it too.";
    PermissionCamera: "扫描加入街道的邀请。", "Scans the invitation to a street.";
    JobSync: "发送还没发送的", "Send what is not yet sent";

    // What a screen reader says.
    SayNavigation: "主要页面", "Main pages";
    SayCase: "{class}，{area}，{stage}，{due}", "{class}, {area}, {stage}, {due}";
    SayTile: "上报“{name}”", "Report “{name}”";
    SayChosen: "已选", "chosen";
    SayRate: "{name} {shown}，{numerator} / {denominator}", "{name} {shown}, {numerator} of {denominator}";
    SayTrend: "走势：最低 {low}，最近 {last}", "Trend: lowest {low}, latest {last}";
    SayExpand: "展开", "Show more";
    SayCollapse: "收起", "Show less";
    SayNotice: "提醒", "Notice";
    SayScanning: "正在看相机画面，请对准邀请上的方形码", "Looking through the camera; point it at the square code of the invitation";
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Language;

    #[test]
    fn a_screen_word_has_no_plural_forms_and_fits_a_screen() {
        assert!(ScreenWord::ALL.len() >= 120, "{}", ScreenWord::ALL.len());
        for word in ScreenWord::ALL {
            for language in Language::ALL {
                let text = word.text(language);
                assert!(!text.contains('|'), "{}: {text}", word.name());
                assert!(text.chars().count() <= 110, "{}: {text}", word.name());
            }
        }
    }
}
