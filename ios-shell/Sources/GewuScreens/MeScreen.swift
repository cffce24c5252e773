import GewuModel
import SwiftUI

/// Me: joining, role and area, sync now, storage, language, diagnostics.
struct MeScreen: View {
    let gewu: Gewu
    let desk: Desk
    let words: Words
    @Bindable var model: MeModel

    var body: some View {
        ScrollView {
            LazyVStack(alignment: .leading, spacing: SpaceSize.s3) {
                Title(text: words(.meTitle), area: desk.today.area)
                Notices(notices: desk.sync.notices)
                Paged(
                    page: model.page, offline: desk.sync.offline, emptyTitle: words(.meTitle), emptyText: words(.meJoinText),
                    words: words, retry: model.load
                ) { sheet in
                    if sheet.isEnrolled {
                        Person(sheet: sheet)
                    } else {
                        Join(words: words, model: model)
                    }
                    Rest(gewu: gewu, desk: desk, words: words, sheet: sheet, model: model)
                }
                if let done = model.done {
                    Text(done).typeset(TypeSize.bodyPhone, .medium, Tint.jade).card()
                }
                if let trouble = model.trouble {
                    ThreeParts(what: trouble.what, safe: trouble.safe, next: trouble.next, tone: .late)
                }
            }
            .padding(SpaceSize.s4)
        }
        .ground()
        .safeAreaInset(edge: .top, spacing: 0) { StatusStrip(sync: desk.sync) }
        .safeAreaInset(edge: .bottom, spacing: 0) {
            if model.isEnrolled {
                MainAction(title: words(.meSync)) { await model.tell(desk.sync.sync()) }.disabled(desk.sync.isSyncing)
            }
        }
        .task(id: desk.sync.revision) { await model.load() }
    }
}

private struct Person: View {
    let sheet: MeSheet

    var body: some View {
        VStack(alignment: .leading, spacing: SpaceSize.s2) {
            ForEach(sheet.facts) { FactLine(fact: $0) }
            Text(sheet.grant).typeset(TypeSize.small, .regular, Tint.soft)
        }
        .card()
    }
}

/// Joining a street with the text of an invitation.
private struct Join: View {
    let words: Words
    @Bindable var model: MeModel

    var body: some View {
        VStack(alignment: .leading, spacing: SpaceSize.s3) {
            Text(words(.meJoinTitle)).typeset(TypeSize.heading, .semibold)
            Text(words(.meJoinText)).typeset(TypeSize.small, .regular, Tint.soft)
            TextField(words(.meInvitation), text: $model.invitation, axis: .vertical).lineLimit(2...6).field()
            MainAction(title: words(.meJoin), act: model.join).disabled(model.isJoining)
        }
        .card()
    }
}

private struct Rest: View {
    @Bindable var gewu: Gewu
    let desk: Desk
    let words: Words
    let sheet: MeSheet
    let model: MeModel

    var body: some View {
        FactLine(fact: Fact(name: words(.meStorage), value: sheet.storage)).card()
        Picker(words(.meLanguage), selection: $gewu.tongue) {
            Text(words(.meLanguageZh)).tag(Tongue.chinese)
            Text(words(.meLanguageEn)).tag(Tongue.english)
        }
        .pickerStyle(.segmented)
        .frame(minHeight: TouchSize.target)
        VStack(alignment: .leading, spacing: SpaceSize.s2) {
            PlainButton(title: words(.mePage), act: model.askForLink)
            Text(words(.mePageText)).typeset(TypeSize.tiny, .regular, Tint.soft)
            if let link = model.link {
                ShareLink(item: link)
            }
        }
        .card()
        VStack(alignment: .leading, spacing: SpaceSize.s2) {
            PlainButton(title: words(.meDiagnostics), act: model.diagnose)
            Text(words(.meDiagnosticsText)).typeset(TypeSize.tiny, .regular, Tint.soft)
            if let diagnostics = model.diagnostics {
                Text(diagnostics).typeset(TypeSize.tiny)
                ShareLink(item: diagnostics)
            }
        }
        .card()
        Text(sheet.version).typeset(TypeSize.tiny, .regular, Tint.soft)
    }
}
