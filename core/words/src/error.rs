//! Every error that people meet, in three parts: what happened, what is safe, what to do next.
//!
//! One table for phone, hub, page and command, so that `--json`, a problem document and a screen say the same.
//! Placeholders carry what the person needs to find the fault, and no personal data; a code's doc names them.

use serde::Serialize;

use crate::Language;
use crate::say::{Args, fill};
use crate::table::three_parts;

/// An error as people read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explained {
    /// The stable word for machines.
    pub code: ErrorCode,
    /// What happened.
    pub what: String,
    /// What is safe.
    pub safe: String,
    /// What to do next.
    pub next: String,
}

/// An error in words. `args` are the placeholders that the code's doc names.
#[must_use]
pub fn explain(language: Language, code: ErrorCode, args: Args<'_>) -> Explained {
    let [what, safe, next] = code.parts(language).map(|part| fill(part, args));
    Explained { code, what, safe, next }
}

three_parts! {
    /// Which error. The word never changes its meaning.
    ErrorCode {
    /// Nobody answers at the hub's address. `hub`.
    Offline = "offline" {
        zh: "联系不上中心（{hub}）。", "保存过的都在本机，一件不少。", "可以继续工作；有网络时会自动发送。";
        en: "The hub ({hub}) cannot be reached.", "Everything saved is on this phone.", "Work on; it is sent by itself when there is a network.";
    }
    /// Something answers that is no hub: a sign-in page of the network, a proxy. `hub`.
    NoHub = "no_hub" {
        zh: "{hub} 有应答，但不是中心：可能是上网登录页或代理。", "什么也没有发出，也没有标成已发送。", "先登录这个网络，或换一个网络，再同步。";
        en: "What answers at {hub} is no hub: perhaps the network's sign-in page or a proxy.", "Nothing was sent, and nothing is marked as sent.", "Sign in to the network or use another one, then sync again.";
    }
    /// The certificate is not the one in the invitation. `hub`.
    WrongHub = "wrong_hub" {
        zh: "{hub} 的证书不是加入时记下的那一张。", "什么也没有发出。", "换一个网络再试。如果中心确实换了证书，请街道重新发邀请。";
        en: "The certificate of {hub} is not the one that this phone joined with.", "Nothing was sent.", "Try another network. If the hub really has a new certificate, ask the street office for a new invitation.";
    }
    /// The hub has no room on its disk. `hub`.
    HubFull = "hub_full" {
        zh: "中心（{hub}）的存储空间满了，这次没有收下。", "没收下的都在本机，一件不少。", "可以继续工作，以后会自动再发；请告诉街道，给中心腾出空间。";
        en: "The hub ({hub}) has no room left and did not take this in.", "What it did not take in is on this phone.", "Work on; it is sent again by itself. Tell the street office to make room on the hub.";
    }
    /// What the hub signed contradicts itself.
    HubDoubtful = "hub_doubtful" {
        zh: "中心（{hub}）签过的内容前后不一：它出了故障，或者没有说实话。", "保存过的都在本机，一件不少。", "可以继续工作；请马上告诉街道，检查中心，必要时用备份恢复。";
        en: "What the hub ({hub}) signed contradicts itself: it is damaged, or it does not tell the truth.", "Everything saved is on this phone.", "Work on. Tell the street office at once to check the hub and, if need be, to restore it from a backup.";
    }
    /// The hub speaks a newer protocol only.
    UpgradeNeeded = "upgrade_needed" {
        zh: "中心已更新，本机的版本太旧。", "保存过的都在本机，更新后会发送。", "更新 Gewu，再同步。";
        en: "The hub is newer than this version understands.", "Everything saved is on this phone and is sent after the update.", "Update Gewu, then sync again.";
    }
    /// No room on the disk.
    StorageFull = "storage_full" {
        zh: "存储空间满了，这一次没有存下。", "以前保存的都完好。", "删去一些照片、视频或不用的应用，再保存一次。";
        en: "The storage is full; this was not saved.", "Everything saved before is whole.", "Delete some photos, videos or apps, then save again.";
    }
    /// A folder or file cannot be written. `path`.
    ReadOnly = "read_only" {
        zh: "{path} 只能读，不能写。", "什么也没有改动。", "换一个文件夹，或请管理员准许写入。";
        en: "{path} can be read but not written.", "Nothing was changed.", "Use another folder, or ask for the right to write there.";
    }
    /// The store does not open with this key.
    WrongKey = "wrong_key" {
        zh: "这把密钥打不开存储。", "数据原样未动，仍是加密的。", "用建立它时的密钥再试；找不到密钥就重新加入，中心确认过的会回来。";
        en: "The key does not open the store.", "The data is untouched and still encrypted.", "Try the key that it was made with. If that is lost, join again: what the hub confirmed comes back.";
    }
    /// A newer version wrote the store. `found`, `known`: schema numbers.
    NewerStore = "newer_store" {
        zh: "存储是更新的版本写的（第 {found} 版，本程序认得到第 {known} 版）。", "什么也没有改动。", "更新 Gewu，再打开。";
        en: "A newer version wrote the store (schema {found}, this program knows {known}).", "Nothing was changed.", "Update Gewu, then open it again.";
    }
    /// The store's bytes are not what was written.
    Damaged = "damaged" {
        zh: "存储损坏了。", "损坏的文件没有删除；中心确认过的都在中心。", "再打开一次：读得出的会取回，其余的同步时从中心取回。";
        en: "The store is damaged.", "The damaged file was not deleted; what the hub confirmed is at the hub.", "Open it again: what can be read is taken over, the rest comes back from the hub with the next sync.";
    }
    /// The starts before this one died; records are not shown.
    SafeStart = "safe_start" {
        zh: "这次是安全启动，不显示案件。", "保存过的都在本机；现在可以上报和同步。", "同步一次，把没发的发出，再重新打开。";
        en: "This is a safe start, which shows no cases.", "Everything saved is on this phone; reporting and syncing work.", "Sync once to send what is unsent, then open it again.";
    }
    /// The keystore gives the key only once the phone is unlocked.
    Locked = "locked" {
        zh: "手机还锁着，密钥取不出来。", "保存过的都在本机，仍是加密的。", "解锁手机，再打开。";
        en: "The phone is locked, so the key cannot be read.", "Everything saved is on this phone, still encrypted.", "Unlock the phone and open it again.";
    }
    /// The keystore has no key any more: the screen lock was removed or the phone was restored.
    KeyLost = "key_lost" {
        zh: "本机的密钥不在了，常见的原因是取消过锁屏密码或恢复过手机。", "中心确认过的都在中心；只在本机的那些打不开了，文件没有删除。", "请街道重新发一份邀请再加入；留着旧文件，告诉街道哪些可能还没发送。";
        en: "The key of this phone is gone, mostly because the screen lock was removed or the phone was restored.", "What the hub confirmed is at the hub; what was only here cannot be opened, and its file was not deleted.", "Ask the street office for a new invitation and join again; keep the old file and say what may not have been sent.";
    }
    /// The keystore did not answer as it should.
    VaultFailed = "vault_failed" {
        zh: "手机的密钥库没有给出密钥。", "保存过的都在本机，仍是加密的。", "再试一次；不行就重启手机。还是不行，请告诉街道。";
        en: "The phone's keystore gave no key.", "Everything saved is on this phone, still encrypted.", "Try again, then restart the phone. If that does not help, tell the street office.";
    }
    /// Another process holds the store.
    Busy = "busy" {
        zh: "另一个程序正在用这份存储。", "什么也没有改动。", "等它做完或关掉它，再试一次。";
        en: "Another program is using the store.", "Nothing was changed.", "Wait until it is done or close it, then try again.";
    }
    /// No such thing here. `name`.
    NotFound = "not_found" {
        zh: "找不到 {name}。", "什么也没有改动。", "核对一遍；也可能还没有同步到这里，先同步再找。";
        en: "{name} is not found.", "Nothing was changed.", "Check it. It may not have come here yet: sync and look again.";
    }
    /// The check character of a code is wrong. `code`.
    CodeMistyped = "code_mistyped" {
        zh: "编号 {code} 输错了。", "什么也没有改动。", "对着原编号再输一遍，共 10 个字符。";
        en: "The code {code} is mistyped.", "Nothing was changed.", "Compare it and type it again; it has 10 characters.";
    }
    /// No such class in the catalogue. `class`.
    ClassUnknown = "class_unknown" {
        zh: "目录里没有类别“{class}”。", "什么也没有保存。", "从目录里选一个类别；目录旧了就先同步。";
        en: "The catalogue has no class “{class}”.", "Nothing was saved.", "Choose one of the catalogue; sync first if it is old.";
    }
    /// No such area in the directory. `area`.
    AreaUnknown = "area_unknown" {
        zh: "名录里没有“{area}”。", "什么也没有保存。", "从名录里选一个区域或单位；名录旧了就先同步。";
        en: "The directory has no “{area}”.", "Nothing was saved.", "Choose an area or party of the directory; sync first if it is old.";
    }
    /// `size`, `size_max`, each with its unit.
    TextTooLong = "text_too_long" {
        zh: "文字太长：{size}，最多 {size_max}。", "什么也没有保存，写的还在。", "写短些，再保存。";
        en: "The text is too long: {size}, at most {size_max}.", "Nothing was saved; what you typed is still there.", "Make it shorter and save again.";
    }
    /// A NUL character in a text.
    TextNul = "text_nul" {
        zh: "文字里有一个不能保存的空字符。", "什么也没有保存，写的还在。", "删掉它（常是粘贴带来的），再保存。";
        en: "The text holds a NUL character, which cannot be saved.", "Nothing was saved; what you typed is still there.", "Remove it (it often comes with pasting) and save again.";
    }
    /// A refusal, by its two words. `reason`, `next`.
    NotAllowed = "not_allowed" {
        zh: "不能这样做：{reason}。", "案件没有改变。", "{next}";
        en: "This cannot be done: {reason}.", "The case is unchanged.", "{next}";
    }
    /// Something came in since the case was shown. `code`.
    Changed = "changed" {
        zh: "你看的时候，案件 {code} 又有了变化。", "案件没有因此改变，别人做的都在。", "看一遍最新的经过，再决定。";
        en: "Case {code} changed while you were looking at it.", "The case is unchanged by this; what others did is there.", "Look at what happened, then decide again.";
    }
    /// Where the case stands, this cannot be done.
    NotNow = "not_now" {
        zh: "案件现在的阶段不能这样做。", "什么也没有改动。", "打开案件看看现在到了哪一步。";
        en: "Where the case stands, this cannot be done.", "Nothing was changed.", "Open the case and see where it stands.";
    }
    /// The case cannot take another act. `code`.
    RecordFull = "record_full" {
        zh: "案件 {code} 的记录已满。", "已有的经过都在。", "另报一件，并写明这个编号。";
        en: "The record of case {code} is full.", "All that happened to it is there.", "Report a new case and name this code in it.";
    }
    /// A hub's folder that was to be made is there. `path`.
    FolderTaken = "folder_taken" {
        zh: "{path} 里已经有一个中心。", "它的数据没有动。", "换一个文件夹；要启动它，用 `gewu serve`。";
        en: "{path} holds a hub already.", "Its data is untouched.", "Use another folder; to start that hub, run `gewu serve`.";
    }
    /// This phone belongs to no street yet.
    NotEnrolled = "not_enrolled" {
        zh: "这部手机还没有加入街道。", "什么也没有改动。", "请街道发一份邀请，扫描后加入。";
        en: "This phone has not joined a street.", "Nothing was changed.", "Ask the street office for an invitation and scan it.";
    }
    /// This phone belongs to a street already.
    AlreadyEnrolled = "already_enrolled" {
        zh: "这部手机已经加入过了。", "原来的数据和授权都没有动。", "直接用；要换街道，就另用一个文件夹或另一部手机。";
        en: "This phone has joined already.", "Its data and grant are untouched.", "Go on with it; for another street use another folder or phone.";
    }
    /// Not an invitation, or cut short.
    InvitationBad = "invitation_bad" {
        zh: "这份邀请读不出，可能没有复制完整。", "什么也没有改动。", "重新扫描，或把整串邀请再复制一遍。";
        en: "The invitation cannot be read; perhaps it was cut short.", "Nothing was changed.", "Scan it again, or copy all of it.";
    }
    /// Used before, or too old.
    InvitationUsed = "invitation_used" {
        zh: "这份邀请已经用过，或已过期。", "什么也没有改动。", "请街道再发一份；一份邀请只能用一次。";
        en: "The invitation was used before or has run out.", "Nothing was changed.", "Ask for another one; an invitation works once.";
    }
    /// A sign-in link used before, or too old.
    LinkUsed = "link_used" {
        zh: "这个链接已经用过，或已过期。", "没有人借它进来，数据没有动。", "在中心的机器上用 `gewu sign-in` 再要一个；链接只能用一次，10 分钟内有效。";
        en: "This link was used before or has run out.", "Nobody got in with it; the data is untouched.", "Ask for another one with `gewu sign-in` on the hub's machine; a link works once, within 10 minutes.";
    }
    /// A page without a session.
    SignInNeeded = "sign_in_needed" {
        zh: "看这一页要先登录。", "数据没有动。", "在中心的机器上用 `gewu sign-in` 要一个链接，用它打开。";
        en: "This page asks you to sign in.", "The data is untouched.", "Get a link with `gewu sign-in` on the hub's machine and open it.";
    }
    /// Another program listens there. `address`.
    PortInUse = "port_in_use" {
        zh: "{address} 已被另一个程序占用。", "什么也没有改动。", "关掉那个程序，或用 `--listen` 换一个端口。";
        en: "Another program listens on {address}.", "Nothing was changed.", "Stop that program, or choose another port with `--listen`.";
    }
    /// A file cannot be opened or read. `path`, `reason`.
    FileUnreadable = "file_unreadable" {
        zh: "读不出文件 {path}：{reason}。", "什么也没有导入，什么也没有改动。", "核对文件名和权限，再试一次。";
        en: "The file {path} cannot be read: {reason}.", "Nothing was imported or changed.", "Check its name and rights, then try again.";
    }
    /// The header lacks a column of the mapping. `column`, `header`.
    ColumnMissing = "column_missing" {
        zh: "文件里没有“{column}”这一列；有：{header}。", "什么也没有导入，什么也没有改动。", "在映射里写上这份文件的列名，再试一次。";
        en: "The file has no column “{column}”; it has: {header}.", "Nothing was imported or changed.", "Put this file's column names into the mapping and try again.";
    }
    /// `field`, `reason`.
    MappingBad = "mapping_bad" {
        zh: "映射文件的 {field} 不对：{reason}。", "什么也没有导入，什么也没有改动。", "改好这一项，再试一次。";
        en: "The mapping's {field} is wrong: {reason}.", "Nothing was imported or changed.", "Mend that field and try again.";
    }
    /// `value`.
    DateImpossible = "date_impossible" {
        zh: "“{value}”不是日期。", "什么也没有改动。", "写成像 2026-04-03 这样，再试一次。";
        en: "“{value}” is no date.", "Nothing was changed.", "Write it like 2026-04-03 and try again.";
    }
    /// One row of a file. `row`, `column`, `reason`.
    RowRefused = "row_refused" {
        zh: "第 {row} 行没有导入，“{column}”一列：{reason}。", "其他行照常导入。", "改好这一行，再导入一次；导入过的不会重复。";
        en: "Row {row} was not imported, column “{column}”: {reason}.", "The other rows are imported.", "Mend the row and import again; what was imported is not doubled.";
    }
    /// `argument`, `reason`.
    ArgumentBad = "argument_bad" {
        zh: "参数 {argument} 不对：{reason}。", "什么也没有改动。", "加上 `--help` 看用法和例子。";
        en: "The argument {argument} is wrong: {reason}.", "Nothing was changed.", "See `--help` for usage and examples.";
    }
    /// A fault of the program. `incident`.
    Defect = "defect" {
        zh: "程序出了错（事件 {incident}）。", "保存过的都完好，这一步没有做。", "再试一次；若又出现，请把事件号告诉街道。";
        en: "The program is at fault (incident {incident}).", "Everything saved is whole; this step was not done.", "Try again; if it comes back, tell the street office the incident.";
    }
}
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn an_error_says_what_happened_what_is_safe_and_what_to_do() {
        let explained = explain(Language::En, ErrorCode::PortInUse, &[("address", &"127.0.0.1:8443")]);
        assert_eq!(explained.what, "Another program listens on 127.0.0.1:8443.");
        assert_eq!(explained.safe, "Nothing was changed.");
        assert!(explained.next.contains("--listen"));
    }

    #[test]
    fn codes_are_distinct_snake_case_words() {
        let names: BTreeSet<&str> = ErrorCode::ALL.iter().map(|code| code.name()).collect();
        assert_eq!(names.len(), ErrorCode::ALL.len());
        for name in names {
            assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{name}");
        }
    }

    #[test]
    fn every_part_is_a_whole_sentence() {
        for code in ErrorCode::ALL {
            for language in Language::ALL {
                for part in code.parts(language) {
                    assert!(part.ends_with(['。', '.', '}']), "{}: {part}", code.name());
                }
            }
        }
    }
}
