//! Longer than other files because it is a table: every word that people read, Chinese and English side by side.
//!
//! A row is `Key: "中文", "English";`. Holes are `{name}`, in English also `{name|case|cases}`; both languages name the
//! same holes. Chinese has no Latin letters but "Gewu", "Automerge" and what stands in `backticks` to be typed.
//! Errors have a table of their own (`error.rs`).

use crate::table::words;

words! {
    /// A word or sentence by its key.
    Word {
    // Stages of a case.
    StageReported: "已上报", "Reported";
    StageDeclined: "不予受理", "Declined";
    StageFiled: "已立案", "Filed";
    StageVoided: "已作废", "Voided";
    StageDispatched: "已派遣", "Dispatched";
    StageHandled: "已处置", "Handled";
    StageChecked: "已核查", "Checked";
    StageClosed: "已结案", "Closed";

    // Kinds of act.
    KindReport: "上报", "Report";
    KindDecline: "不予受理", "Decline";
    KindFile: "立案", "File";
    KindVoid: "作废", "Void";
    KindDispatch: "派遣", "Dispatch";
    KindClaim: "认领", "Claim";
    KindHandle: "处置", "Handle";
    KindCheck: "核查", "Check";
    KindClose: "结案", "Close";
    KindSelfHandle: "自行处置", "Handle oneself";
    KindReopen: "重开", "Reopen";
    KindForceClose: "强制结案", "Force closed";
    KindReturn: "退回", "Return";
    KindRevise: "更正", "Revise";
    KindRelocate: "转区", "Relocate";
    KindExtend: "延期", "Extend";
    KindSuspend: "缓办", "Suspend";
    KindResume: "恢复计时", "Resume";
    KindNote: "备注", "Note";
    KindAdopt: "追认", "Adopt";

    // What can be done, where the kind alone does not say it; why not; who did it.
    ActionCheckPassed: "核查通过", "Check passed";
    ActionCheckFailed: "核查未通过，返工", "Check failed, send back";
    ActionWithdraw: "撤回上报", "Withdraw the report";
    ActionWhyNot: "{reason}。{next}", "{reason}. {next}";
    ActionBy: "{role} · {person}", "{role} · {person}";
    ActionByUnknown: "还不知道是谁", "not yet known who";

    // Profiles, roles, areas.
    ProfileLight: "简易流程", "Light";
    ProfileStandard: "标准流程", "Standard";
    RoleInspector: "网格巡查员", "Inspector";
    RoleInformant: "网格信息员", "Informant";
    RoleVolunteer: "志愿者", "Volunteer";
    RoleAcceptor: "受理员", "Acceptor";
    RoleDispatcher: "派遣员", "Dispatcher";
    RoleHandler: "处置人员", "Handler";
    RoleOverseer: "督查员", "Overseer";
    RoleSupervisor: "督导", "Supervisor";
    RoleResident: "居民", "Resident";
    AreaGrid: "网格", "Grid";
    AreaCommunity: "社区", "Community";
    AreaVillage: "村", "Village";
    AreaStreet: "街道", "Street";
    AreaParty: "责任单位", "Party";

    // How far an act has come, what it did, how sure its time is.
    DeliveryOnThisPhone: "只在本机", "Only on this phone";
    DeliverySent: "已发送，待中心确认", "Sent, not yet confirmed";
    DeliveryConfirmed: "中心已确认", "Confirmed by the hub";
    DeliveryRefused: "被拒绝", "Refused";
    EffectEffective: "有效", "Counts";
    EffectRefused: "被拒绝，留作证据", "Refused, kept as evidence";
    EffectFromNotMet: "当时的状态不允许，不起作用", "Without effect: the case did not stand so that it could be done";
    EffectLimitReached: "次数已满，不起作用", "Without effect: done as often as allowed";
    EffectNothingToAdopt: "没有需要追认的，不起作用", "Without effect: nothing to adopt";
    EffectNewerVersion: "来自更新的版本，更新后可读", "From a newer version; update to read it";
    EffectUnreadable: "读不出，不起作用", "Without effect: cannot be read";
    BasisProven: "时间已核对", "time proven";
    BasisClaimed: "时间为自报", "time claimed";

    // Units of time limits, after a number.
    UnitUrgentHour: "紧急工作时", "urgent hours";
    UnitWorkHour: "工作时", "work hours";
    UnitWorkDay: "工作日", "work days";
    UnitNaturalDay: "自然日", "natural days";

    // Rates and what they count.
    RateHandledOfReported: "总体处置率", "Handled of reported";
    RateDisposal: "处置率", "Handling rate";
    RateOnTimeDisposal: "按期处置率", "On-time handling rate";
    RateClosure: "结案率", "Closure rate";
    RateOnTimeClosure: "按期结案率", "On-time closure rate";
    RateClosureLessSuspended: "结案率（扣缓办）", "Closure rate less suspended";
    RateRework: "返工率", "Rework rate";
    RateValidReport: "有效上报率", "Valid report rate";
    RateExtension: "延期率", "Extension rate";
    RateAccurateDispatch: "准确派遣率", "Accurate dispatch rate";
    CountReported: "上报", "reported";
    CountHandled: "已处置", "handled";
    CountClosed: "已结", "closed";
    CountFiled: "立案", "filed";
    CountDue: "应结", "due";
    CountDueToHandle: "应处置", "due";
    CountDueLessSuspended: "应结减缓办", "due less suspended";
    CountHandledOnTime: "按期处置", "handled on time";
    CountClosedOnTime: "按期结案", "closed on time";
    CountReworked: "返工", "sent back";
    CountExtended: "延期", "extended";
    CountDispatched: "派遣", "dispatched";
    CountDispatchStood: "未退回", "not returned";

    // Why the hub refused, and what to do.
    RefusedNoRight: "这个岗位没有这项权限", "this role may not do this";
    RefusedNoRightNext: "请有权限的人来做，或请督导追认。", "Ask somebody who may, or ask the supervisor to adopt it.";
    RefusedNotYours: "案件不在你的区域，也没有派给你的单位", "the case lies neither in your area nor with your party";
    RefusedNotYoursNext: "请所在区域的人来做，或请派遣员转区、派遣。", "Ask somebody of that area, or ask the dispatcher to relocate or dispatch it.";
    RefusedOwnHandling: "处置的人不能自己核查或结案", "whoever handled it does not check or close it";
    RefusedOwnHandlingNext: "请另一位巡查员或受理员到场核查。", "Ask another inspector or the acceptor to look at it.";
    RefusedTooLate: "已经晚了，案件已往下走", "it came too late, the case has moved on";
    RefusedTooLateNext: "先看案件的最新经过，再决定做什么。", "Look at what happened to the case, then decide what to do.";
    RefusedWordsMissing: "没有写明理由", "no reason was given";
    RefusedWordsMissingNext: "写明理由，再做一次。", "Give a reason and do it again.";
    RefusedGrantUnknown: "中心不认识这份授权", "the hub does not know this grant";
    RefusedGrantUnknownNext: "请街道重新发一份邀请。", "Ask the street office for a new invitation.";
    RefusedGrantOfOther: "这份授权属于另一部手机", "the grant is for another phone";
    RefusedGrantOfOtherNext: "用自己的手机，或请街道为这部手机发邀请。", "Use your own phone, or ask the street office to invite this one.";
    RefusedGrantExpired: "授权已到期", "the grant had run out";
    RefusedGrantExpiredNext: "请街道延长授权；做过的可以由督导追认。", "Ask the street office to renew it; what was done can be adopted by the supervisor.";
    RefusedRevoked: "这份授权或这部手机已停用", "the grant or the phone was cut off";
    RefusedRevokedNext: "联系街道；做过的仍留着，可以由督导追认。", "Ask the street office; what was done is kept and can be adopted by the supervisor.";
    RefusedForked: "这部手机的数据被复制过，两份记录占了同一个位置", "this phone's store was copied, and two entries claim one place";
    RefusedForkedNext: "只留一部手机继续用；被拒的会用新身份重新发送。", "Go on with one phone only; what was refused is sent again under a new identity.";
    RefusedRecordFull: "这个案件的记录已满", "the record of this case is full";
    RefusedRecordFullNext: "另报一件，并写明原编号。", "Report a new case and name the old code in it.";
    RefusedClassUnknown: "目录里没有这个类别", "the class is not in the catalogue";
    RefusedClassUnknownNext: "同步一次取得新目录，再选类别。", "Sync once for the newest catalogue, then choose the class.";
    RefusedAreaUnknown: "名录里没有这个区域或单位", "the area or party is not in the directory";
    RefusedAreaUnknownNext: "同步一次取得新名录，再选。", "Sync once for the newest directory, then choose again.";
    RefusedDeadlineWrong: "期限和时限、日历对不上", "the deadline does not follow from limit and calendar";
    RefusedDeadlineWrongNext: "更新后再做一次；若仍被拒，请告诉街道。", "Update and do it again; if it is refused again, tell the street office.";
    RefusedImportNotGranted: "没有导入的权限，不能自带期限", "a deadline from elsewhere needs the right to import";
    RefusedImportNotGrantedNext: "请街道给这份授权加上导入。", "Ask the street office to add the import to the grant.";
    RefusedTextTooLong: "文字太长", "the text is too long";
    RefusedTextTooLongNext: "写短些，再做一次。", "Make it shorter and do it again.";
    RefusedPackTooOld: "用的目录太旧", "the catalogue used is too old";
    RefusedPackTooOldNext: "同步一次，再做一次。", "Sync once and do it again.";
    RefusedNewerReason: "理由来自更新的中心，本机还不认识", "the hub is newer and gave a reason that this version does not know";
    RefusedNewerReasonNext: "请更新 Gewu，就能看到理由。", "Update Gewu to read the reason.";

    // The supervisor's page.
    PageTitle: "{place} · 督导", "{place} · supervision";
    PageBrand: "格物督导", "Gewu supervision";
    PageSkip: "跳到正文", "Skip to the figures";
    PageLanguage: "语言", "Language";
    PagePeriods: "时段", "Period";
    PagePeriodWeek: "本周", "Week";
    PagePeriodFortnight: "双周", "2 weeks";
    PagePeriodMonth: "本月", "Month";
    PagePeriodYear: "全年", "Year";
    PagePeriodAll: "全部", "All";
    PageKnownUntil: "数据齐至 {time}", "Complete up to {time}";
    PageKnownUntilNever: "有手机还没联系过", "Not every phone was heard from";
    PageFromTo: "{from} 至 {to}", "{from} to {to}";
    PageAsOf: "截至 {day}", "as of {day}";
    PageGridCount: "{count} 个网格", "{count} {count|grid|grids}";
    PageLongestSilence: "最久未联系 {ago}", "longest silence {ago}";
    PageRateParts: "{numerator} / {denominator}", "{numerator} / {denominator}";
    PageRateSaid: "{name} {shown}，{numerator} / {denominator}", "{name} {shown}, {numerator} / {denominator}";
    PageRateNone: "这段时间没有“{denominator}”的案件，所以没有{name}。换一个时段看看。", "Nothing to divide by: no case counts as “{denominator}” in this period, so there is no {name}. Try another period.";
    PageRateNoneShort: "没有可算的", "nothing to count";
    PageTrend: "走势", "Trend";
    PageTrendSaid: "最低 {low}（{low_parts}），最近 {last}（{last_parts}）", "lowest {low} ({low_parts}), latest {last} ({last_parts})";
    PageTrendBase: "底线 {base}", "base line {base}";
    PageTrendFigures: "逐段数字", "All figures";
    PageTrendPeriod: "时段", "Period";
    PageTrendEmpty: "有了两段时间的数字，这里会画出走势。", "A trend will appear here once there are figures for two periods.";
    PageBesideSuspended: "缓办", "Suspended";
    PageBesideForced: "强制结案", "Forced";
    PageBesideSelfHandled: "自行处置", "Self-handled";
    PageBesideUnconfirmed: "待确认", "Not yet confirmed";
    PageSettle: "待处理", "To settle";
    PageSettleContested: "有争议", "Contested";
    PageSettleContestedWhat: "几个人写得不一样，请定一个", "Several people wrote different things: settle on one";
    PageSettleRefused: "被拒绝", "Refused";
    PageSettleRefusedWhat: "没有权限而做的，可以追认", "Done without the right to do it: may be adopted";
    PageSettleQuarantined: "已隔离", "Quarantined";
    PageSettleQuarantinedWhat: "读不出的记录，单独留着", "Entries that cannot be read, kept apart";
    PageSettleEmpty: "没有要处理的。有争议、被拒绝或读不出的会出现在这里。", "Nothing to settle. What is contested, refused or cannot be read will appear here.";
    PageOverdue: "超期案件", "Overdue cases";
    PageOverdueEmpty: "没有超期的。到了期限还没结案的，会按期限先后出现在这里。", "Nothing is overdue. Cases not closed by their deadline will appear here, earliest first.";
    PageOverdueDeadline: "期限 {time}", "due {time}";
    PageOverdueNotListed: "另有 {count} 件超期，未在此列出", "{count} more overdue {count|case is|cases are} not listed here";
    PageLateNow: "刚超期", "just late";
    PageLateHours: "超 {count} 小时", "{count} {count|hour|hours} late";
    PageLateDays: "超 {count} 天", "{count} {count|day|days} late";
    PageGrids: "超期最多的网格", "Grids by overdue";
    PageGridsEmpty: "还没有网格。建街道时写入名录的网格会出现在这里。", "No grid yet. Grids in the street's directory will appear here.";
    PageGridOverdue: "超期 {count}", "{count} overdue";
    PageGridOnTime: "无超期", "none overdue";
    PageGridReported: "上报 {count}", "{count} reported";
    PageGridHandled: "处置 {count}", "{count} handled";
    PageGridClosed: "结案 {count}", "{count} closed";
    PageMoreGrids: "其余 {count} 个网格", "{count} more {count|grid|grids}";
    PageMoreCases: "其余 {count} 件", "{count} more {count|case|cases}";
    PageMorePhones: "其余 {count} 部手机", "{count} more {count|phone|phones}";
    PagePhones: "手机与上次联系", "Phones by last contact";
    PagePhonesEmpty: "还没有手机加入。用 `gewu invite` 发一张邀请二维码，加入的手机会出现在这里。", "No phone has joined yet. Make an invitation with `gewu invite`; phones that join will appear here.";
    PagePhoneName: "手机 {device}", "Phone {device}";
    PagePhoneNever: "还没联系过", "never yet";
    PageAgoNow: "刚刚", "just now";
    PageAgoMinutes: "{count} 分钟前", "{count} min ago";
    PageAgoHours: "{count} 小时前", "{count} {count|hour|hours} ago";
    PageAgoDays: "{count} 天前", "{count} {count|day|days} ago";
    PageOtherRates: "其他比率", "Other rates";
    PageUnit: "{count} 件", "{count} {count|case|cases}";
    PageLinkLost: "和中心的连接断了，数字停在断开的时候。会自动重连；也可以刷新本页。", "The connection to the hub is lost; the figures are those from before. It will reconnect by itself; reloading the page works too.";
    PageRule: "比率按期限所在的日子或上报的日子统计，只数到“截至”那一天。", "Rates count by the day of the deadline or of the report, up to the “as of” day.";
    PageRefusedTitle: "没有成功", "That did not work";
    PageRefusedWhat: "发生了什么", "What happened";
    PageRefusedSafe: "什么是安全的", "What is safe";
    PageRefusedNext: "接下来", "What to do next";
    PageRefusedCode: "代码 {code}", "code {code}";

    // `gewu demo`.
    DemoStreet: "模拟 {place}：{phones} 部手机，{grids} 个网格，{days} 天，种子 {seed}", "Simulating {place}: {phones} phones, {grids} grids, {days} {days|day|days}, seed {seed}";
    DemoImport: "导入 {file}：{rows} 行，拒收 {refused} 行", "Importing {file}: {rows} {rows|row|rows}, {refused} refused";
    DemoScenario: "回放 {file}：{events} 件", "Replaying {file}: {events} {events|event|events}";
    DemoDay: "{day}　已保存 {acts} 条　只在手机上 {unsent} 条", "{day}  {acts} {acts|act|acts} saved  {unsent} only on phones";
    DemoProgress: "已做 {done} / {total}", "{done} / {total} done";
    DemoHubDown: "中心停了；手机照常工作", "The hub is down; phones work on";
    DemoHubBack: "中心回来了", "The hub is back";
    DemoSettling: "收尾：所有手机同步", "Winding up: every phone syncs";
    DemoCounting: "核对：手机说过“已保存”的，逐件到中心和一部新手机上找", "Checking: all that a phone called saved is looked up at the hub and on a fresh phone";
    DemoHeadGrid: "网格", "grid";
    DemoHeadReported: "上报", "reported";
    DemoHeadHandled: "处置", "handled";
    DemoHeadClosed: "结案", "closed";
    DemoHeadClosure: "结案率", "closure";
    DemoHeadOverdue: "超期", "overdue";
    DemoTotal: "合计", "total";
    DemoAsOf: "截至 {day}", "as of {day}";
    DemoRate: "{name} {shown}（{numerator} / {denominator}）", "{name} {shown} ({numerator} / {denominator})";
    DemoRateNone: "{name} —（没有可算的）", "{name} — (nothing to count)";
    DemoKeptSafe: "丢失 {lost} · 未发送 {unsent} · 被拒绝 {refused} · 已隔离 {quarantined}", "lost {lost} · unsent {unsent} · refused {refused} · quarantined {quarantined}";
    DemoWeather: "重开 {reopened} · 有争议 {contested} · 重送 {retried} · 中心重启 {hub_restarts}", "reopened {reopened} · contested {contested} · resent {retried} · hub restarts {hub_restarts}";
    DemoSeconds: "用时 {seconds} 秒", "took {seconds} s";
    DemoPage: "督导页面（链接只能用一次）：{url}", "Supervisor's page (the link works once): {url}";
    DemoStop: "按 `Ctrl+C` 结束，临时文件夹随之删除", "Press Ctrl+C to stop; the temporary folder goes with it";
    DemoStopKept: "按 `Ctrl+C` 结束，数据留在 {dir}", "Press Ctrl+C to stop; the data stays in {dir}";

    // `gewu init`, `serve`, `invite`, `sign-in`, `export`.
    InitDone: "{place} 已建好：{dir}", "{place} is set up in {dir}";
    InitCounts: "{grids} 个网格，{classes} 个类别", "{grids} {grids|grid|grids}, {classes} {classes|class|classes}";
    InitKey: "根密钥在 {path}。抄一份放到安全的地方：没有它，不能再授权。", "The root key is in {path}. Keep a copy in a safe place: without it nobody can be granted anything.";
    InitNext: "接着：`gewu serve {dir}`，再用 `gewu invite {dir}` 邀请手机", "Next: `gewu serve {dir}`, then invite phones with `gewu invite {dir}`";
    ServeReady: "中心已启动：{url}", "The hub is up: {url}";
    ServeFingerprint: "证书指纹：{fingerprint}", "Certificate fingerprint: {fingerprint}";
    ServeStop: "按 `Ctrl+C` 停止", "Press Ctrl+C to stop";
    ServeStopping: "正在停止：做完手头的，不再接新的", "Stopping: finishing what is under way, taking nothing new";
    ServeStopped: "已停止，数据完好", "Stopped; the data is whole";
    InviteFor: "邀请：{role} · {area}", "Invitation: {role} · {area}";
    InviteScan: "用手机扫描，或在手机上输入这串邀请：", "Scan it with the phone, or type this invitation there:";
    InviteOnce: "只能用一次，{until} 前有效", "Works once, until {until}";
    SignInLink: "打开这个链接（只能用一次，10 分钟内有效）：{url}", "Open this link (works once, within 10 minutes): {url}";
    SignInToken: "令牌，{until} 前有效：{token}", "Token, until {until}: {token}";
    ExportDone: "已导出 {count} 条到 {path}", "Exported {count} {count|entry|entries} to {path}";
    BackupDone: "已备份到 {path}，共 {count} 行。请放到别的机器上保存", "Backed up to {path}: {count} {count|line|lines}. Keep it on another machine";
    RestoreDone: "已恢复到 {dir}。运行 `gewu serve {dir}`；手机下次同步时会把备份之后的内容交回来", "Restored to {dir}. Run `gewu serve {dir}`; phones give back what came after the backup as they sync";

    // What stands in the holes of errors.
    ErrorHub: "这个地址", "the address";
    ErrorUnknown: "不明", "unknown";
    ErrorMissing: "没有给出", "it is missing";
    ErrorExpected: "应写成 {form}", "it is written like {form}";
    ErrorNoFile: "没有这个文件", "there is no such file";
    ErrorNoRight: "没有读的权限", "there is no right to read it";
    ErrorChars: "{count} 个字", "{count} {count|character|characters}";
    ErrorBytes: "{count} 字节", "{count} {count|byte|bytes}";

    // `gewu phone`.
    PhoneEnrolled: "已加入 {place}：{role} · {area}", "Joined {place}: {role} · {area}";
    PhoneSaved: "已保存在本机：{code}", "Saved on this phone: {code}";
    PhoneActSaved: "{kind}已保存在本机：{code}", "{kind} saved on this phone: {code}";
    PhoneCaptured: "{count} 件已保存在本机", "{count} {count|case|cases} saved on this phone";
    PhoneSynced: "已同步：发出 {sent} 条，收到 {received} 条", "Synced: {sent} {sent|entry|entries} sent, {received} received";
    PhoneUnsent: "{count} 件只在本机", "{count} {count|case|cases} only on this phone";
    PhoneAllConfirmed: "都已由中心确认", "Everything is confirmed by the hub";
    PhoneRefused: "{count} 件被拒绝，请查看", "{count} refused, please look";
    PhoneQuarantined: "{count} 条读不出，单独留着", "{count} {count|entry|entries} cannot be read and {count|is|are} kept apart";
    PhoneLastConfirmed: "上次确认 {time}", "last confirmed {time}";
    PhoneNeverConfirmed: "还没和中心联系过", "no contact with the hub yet";
    PhoneNextTry: "{seconds} 秒后再试", "next try in {seconds} s";
    PhoneKnownUntil: "数据齐至 {time}", "complete up to {time}";
    PhoneListEmpty: "还没有案件。上报的和同步来的会出现在这里。", "No case yet. What is reported or synced will appear here.";
    PhoneDraftsEmpty: "没有草稿。没写完的会留在这里。", "No drafts. What is not finished will be kept here.";
    PhoneDue: "期限 {time}", "due {time}";
    PhoneNeverDue: "没有期限", "no deadline";
    PhoneContested: "有争议：{values}", "contested: {values}";
    PhoneHistory: "经过", "History";
    PhoneRefusedBecause: "被拒绝：{reason}。{next}", "refused: {reason}. {next}";
    PhoneErased: "文字已抹去", "the words were erased";
    PhoneRate: "{name} {shown}（{numerator} / {denominator}）", "{name} {shown} ({numerator} / {denominator})";
    PhoneRateNone: "{name} —（没有可算的）", "{name} — (nothing to count)";
    PhoneRebuilt: "已重建 {count} 件，前后一致", "Rebuilt {count} {count|case|cases}; before and after are the same";
    PhoneWatching: "有变化就显示，按 `Ctrl+C` 结束", "Showing changes; press Ctrl+C to stop";
    PhoneChanged: "有变化：{pages}", "changed: {pages}";
    FieldClass: "类别", "class";
    FieldStage: "阶段", "stage";
    FieldArea: "区域", "area";
    FieldAssignee: "承办", "with";
    FieldText: "描述", "text";
    FieldPlace: "位置", "position";
    FieldDeadline: "期限", "deadline";
    FieldReported: "上报时间", "reported";
    FieldHandled: "处置时间", "handled";
    FieldClosed: "结案时间", "closed";

    // Why a row of an imported file is refused.
    RowTooFewColumns: "只有 {columns} 列，应有 {columns_expected} 列", "{columns} {columns|column|columns} of {columns_expected}";
    RowTooManyColumns: "有 {columns} 列，只应有 {columns_expected} 列", "{columns} columns where {columns_expected} belong";
    RowNulCharacter: "含有空字符", "a NUL character";
    RowEmpty: "没有填", "empty";
    RowNameTooLong: "长 {bytes} 字节，最多 {bytes_max}", "{bytes} bytes, at most {bytes_max}";
    RowKeySeenTwice: "“{key}”在第 {row_before} 行已出现过", "“{key}” was seen before, in row {row_before}";
    RowUnknownStatus: "映射里没有状态“{value}”", "the mapping knows no status “{value}”";
    RowTimeUnreadable: "“{value}”不是映射里任何一种时间", "“{value}” is no time in any format of the mapping";
    RowTimeTooEarly: "“{value}”早于 1970 年", "“{value}” lies before 1970";
    RowClosedWithoutDate: "已结案，却没有日期", "closed without a date";
    RowGridUnderTwoCommunities: "网格“{grid}”既在“{community_before}”又在“{community}”", "grid “{grid}” is under “{community_before}” and under “{community}”";
    RowTextTooLong: "文字长 {bytes} 字节，最多 {bytes_max}", "a text of {bytes} bytes, at most {bytes_max}";
    RowCoordinateUnreadable: "“{value}”不是坐标", "“{value}” is no coordinate";
    RowCoordinateMissing: "坐标缺了一半", "one coordinate of the two is missing";
}
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::say::{Piece, pieces};
    use crate::{ErrorCode, Language, NoticeCode, ScreenWord};

    /// Every text of all tables: a name for the failure, Chinese, English.
    fn rows() -> Vec<(String, &'static str, &'static str)> {
        let words =
            Word::ALL.iter().map(|word| (word.name().to_owned(), word.text(Language::Zh), word.text(Language::En)));
        let screens =
            ScreenWord::ALL.iter().map(|word| (word.name().to_owned(), word.text(Language::Zh), word.text(Language::En)));
        let three = |name: &'static str, texts: [[&'static str; 3]; 2]| {
            let [zh, en] = texts;
            (0..3).map(move |part| (format!("{name} part {part}"), zh[part], en[part]))
        };
        let errors = ErrorCode::ALL.iter().flat_map(|code| three(code.name(), Language::ALL.map(|it| code.parts(it))));
        let notices = NoticeCode::ALL.iter().flat_map(|code| three(code.name(), Language::ALL.map(|it| code.parts(it))));
        words.chain(screens).chain(errors).chain(notices).collect()
    }

    fn holes(text: &str) -> BTreeSet<&str> {
        let name = |piece| match piece {
            Piece::Plain(_) => None,
            Piece::Hole { name, .. } => Some(name),
        };
        pieces(text).into_iter().filter_map(name).collect()
    }

    #[test]
    fn both_languages_name_the_same_holes() {
        for (name, zh, en) in rows() {
            assert_eq!(holes(zh), holes(en), "{name}");
        }
    }

    #[test]
    fn a_hole_is_well_formed_and_only_english_has_plurals() {
        let fault = |text: &str, plural_allowed: bool| {
            let named = |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
            pieces(text).into_iter().any(|piece| match piece {
                Piece::Plain(plain) => plain.contains(['{', '}', '|']),
                Piece::Hole { whole, name, forms } => {
                    !named(name)
                        || whole.contains('|')
                            && !(plural_allowed && forms.is_some_and(|(_, many)| !many.contains('|')))
                }
            })
        };
        for (name, zh, en) in rows() {
            assert!(!fault(zh, false), "{name}: {zh}");
            assert!(!fault(en, true), "{name}: {en}");
        }
        for bad in ["{", "}", "{}", "{Big}", "{n|one}", "{n|a|b|c}"] {
            assert!(fault(bad, true), "{bad}");
        }
        assert!(fault("{n|件|件}", false));
    }

    /// Chinese without holes, what is typed, and the names that have no Chinese.
    fn foreign_letters(zh: &str) -> String {
        let plain: String =
            pieces(zh).iter().filter_map(|piece| if let Piece::Plain(it) = piece { Some(*it) } else { None }).collect();
        let read: String = plain.split('`').step_by(2).collect();
        let read = read.replace("Gewu", "").replace("Automerge", "");
        read.chars().filter(char::is_ascii_alphabetic).collect()
    }

    #[test]
    fn chinese_is_chinese_and_english_is_english() {
        for (name, zh, en) in rows() {
            assert_eq!(foreign_letters(zh), "", "{name}: {zh}");
            assert!(!zh.is_empty() && !en.is_empty(), "{name}");
            assert!(!zh.contains([',', ';', '!', '?', '(', ')', '"']), "{name}: half-width marks in {zh}");
            let han = |c: char| ('\u{2e80}'..='\u{9fff}').contains(&c) || ('\u{ff00}'..='\u{ffef}').contains(&c);
            assert!(!en.contains(han), "{name}: {en}");
        }
        assert_eq!(foreign_letters("用 `gewu serve` 启动 hub {dir}"), "hub");
    }

    #[test]
    fn no_sentence_begins_or_ends_with_a_space() {
        for (name, zh, en) in rows() {
            assert_eq!((zh.trim(), en.trim()), (zh, en), "{name}");
        }
    }
}
