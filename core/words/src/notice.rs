//! What a phone says unasked, in the same three parts as an error: what happened, what is safe, what to do next.
//!
//! When each is said is decided in `gewu-device`; here stand the words only.

use serde::Serialize;

use crate::Language;
use crate::say::{Args, fill};
use crate::table::three_parts;

/// A notice as people read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Notice {
    /// The stable word for machines.
    pub code: NoticeCode,
    /// What happened.
    pub what: String,
    /// What is safe.
    pub safe: String,
    /// What to do next.
    pub next: String,
}

/// A notice in words. `args` are the holes that the code's doc names.
#[must_use]
pub fn notice(language: Language, code: NoticeCode, args: Args<'_>) -> Notice {
    let [what, safe, next] = code.parts(language).map(|part| fill(part, args));
    Notice { code, what, safe, next }
}

three_parts! {
    /// Which notice, the most urgent first. The word never changes its meaning.
    NoticeCode {
    /// The starts before this one died.
    SafeStart = "safe_start" {
        zh: "Gewu 连续两次启动失败，这次是安全启动，不显示案件。", "保存过的都在本机；现在可以上报，也会存好。", "同步一次，把没发的发出；把诊断信息发给街道。更新后或重新打开时，会再试正常启动。";
        en: "Gewu died twice while starting; this start is a safe one and shows no cases.", "Everything saved is on this phone; reports can be made and are saved.", "Sync once to send what is unsent, and give the diagnostics to the street office. The next start tries as usual.";
    }
    /// The store was damaged; another stands in its place. `count`.
    StoreReplaced = "store_replaced" {
        zh: "本机的存储损坏过，已换上新的，取回了 {count} 条。", "损坏的文件没有删除，还在原来的文件夹里；中心确认过的都在中心。", "同步一次，中心有的会回来；看看自己最近做的还在不在，少了的再报一次。";
        en: "The store on this phone was damaged and was replaced; acts taken over: {count}.", "The damaged file was not deleted, it is still in the folder; what the hub confirmed is at the hub.", "Sync once: what the hub has comes back. See whether what was done last is there, and report again what is missing.";
    }
    /// The last thing that was to be saved found no room.
    StorageFull = "storage_full" {
        zh: "手机存储满了，刚才的没有存下。", "以前保存的都完好，正在写的还在屏幕上。", "删去一些照片、视频或不用的应用，再保存一次。";
        en: "The phone's storage is full; the last thing was not saved.", "Everything saved before is whole; what is being typed is still on the screen.", "Delete some photos, videos or apps, then save again.";
    }
    /// What answers at the hub's address has another certificate than the one of the invitation.
    CertificateChanged = "certificate_changed" {
        zh: "中心的证书和加入时的不一样，已停止同步。", "什么也没有发出；保存过的都在本机。", "换一个网络再试。如果中心确实换了证书，请街道重新发邀请。";
        en: "The hub's certificate is not the one that this phone joined with; syncing has stopped.", "Nothing was sent; everything saved is on this phone.", "Try another network. If the hub really has a new certificate, ask the street office for a new invitation.";
    }
    /// What the hub signed contradicts itself.
    HubDoubtful = "hub_doubtful" {
        zh: "中心签过的内容前后不一：它出了故障，或者没有说实话。", "保存过的都在本机，一件不少。", "可以继续工作；请马上告诉街道，检查中心，必要时用备份恢复。";
        en: "What the hub signed contradicts itself: it is damaged, or it does not tell the truth.", "Everything saved is on this phone.", "Work on. Tell the street office at once to check the hub and, if need be, to restore it from a backup.";
    }
    /// Two phones went on with copies of one store. `count`: acts that were done anew here.
    StoreCopied = "store_copied" {
        zh: "本机的数据被复制过，有两台手机用同一个身份在工作。", "一件也没丢；撞在一起的 {count} 条已用新身份重新提交。", "如果不是您自己复制的，请马上告诉街道。";
        en: "This phone's data was copied: two phones went on in the same name.", "Nothing is lost; acts that collided and were handed in again under a new identity: {count}.", "If you did not copy it yourself, tell the street office at once.";
    }
    /// The hub speaks a newer protocol only.
    UpgradeNeeded = "upgrade_needed" {
        zh: "中心已更新，本机的版本太旧，暂时不能同步。", "可以继续工作；保存过的都在本机，更新后会发送。", "更新 Gewu。";
        en: "The hub is newer than this version understands; syncing waits.", "Work goes on; everything saved is on this phone and is sent after the update.", "Update Gewu.";
    }
    /// The grant has run out.
    GrantExpired = "grant_expired" {
        zh: "授权已到期。", "保存过的都在本机；到期前做的照常发送。", "连上网络同步一次，会自动续期；续不上，请街道重新发邀请。";
        en: "The grant has run out.", "Everything saved is on this phone; what was done before is sent as ever.", "Sync once with a network: it is renewed by itself. If not, ask the street office for a new invitation.";
    }
    /// The grant runs out soon. `days`.
    GrantExpiring = "grant_expiring" {
        zh: "授权还有 {days} 天到期。", "现在一切照常。", "到期前连上网络同步一次，会自动续期。";
        en: "Days until the grant runs out: {days}.", "Everything works as ever.", "Sync once with a network before then: it is renewed by itself.";
    }
    /// Acts were refused. `count`.
    RefusedActs = "refused_acts" {
        zh: "有 {count} 条被中心拒绝。", "写的都还在，没有丢。", "打开“待处理”看原因和怎么办。";
        en: "Refused by the hub: {count}.", "Everything written is still there.", "Open “To settle” for the reasons and what to do.";
    }
    /// Entries are kept apart. `count`.
    Quarantined = "quarantined" {
        zh: "有 {count} 条收到的记录读不出，单独留着。", "其他的都正常，没有受影响。", "不用处理；更新后多半能读出。若一直在，请告诉街道。";
        en: "Entries that came and cannot be read, kept apart: {count}.", "Everything else is well.", "Nothing needs doing; an update mostly reads them. If they stay, tell the street office.";
    }
    /// No contact for three hours or more. `hours`.
    NoContact = "no_contact" {
        zh: "已有 {hours} 小时没联系上中心。", "可以继续工作；保存过的都在本机。", "有网络时会自动发送；别人刚做的，这里可能还看不到。";
        en: "Hours without contact with the hub: {hours}.", "Work goes on; everything saved is on this phone.", "It is sent by itself when there is a network; what others did lately may not be here yet.";
    }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_has_three_whole_sentences_and_a_word_of_its_own() {
        for code in NoticeCode::ALL {
            assert_eq!(NoticeCode::from_name(code.name()), Some(*code));
            for language in Language::ALL {
                for part in code.parts(language) {
                    assert!(part.ends_with(['。', '.']), "{}: {part}", code.name());
                }
            }
        }
        let said = notice(Language::En, NoticeCode::NoContact, &[("hours", &5)]);
        assert_eq!(said.what, "Hours without contact with the hub: 5.");
    }
}
