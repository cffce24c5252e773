import GewuModel
import SwiftUI

/// A case: what is true, what may be done, what happened.
struct CaseScreen: View {
    let desk: Desk
    let words: Words
    let code: String
    @State private var model: CaseModel?

    var body: some View {
        ScrollView {
            LazyVStack(alignment: .leading, spacing: SpaceSize.s3) {
                if let model {
                    Paged(
                        page: model.page, offline: desk.sync.offline, emptyTitle: words(.caseTitle), emptyText: words(.caseMissing),
                        words: words, retry: model.load
                    ) { sheet in
                        CaseParts(sheet: sheet, words: words, model: model)
                    }
                    .task(id: desk.sync.revision) { await model.load() }
                }
            }
            .padding(SpaceSize.s4)
        }
        .ground()
        .navigationTitle(words(.caseTitle))
        .safeAreaInset(edge: .top, spacing: 0) { StatusStrip(sync: desk.sync) }
        .task { model = desk.look(code) }
    }
}

private struct CaseParts: View {
    let sheet: CaseSheet
    let words: Words
    @Bindable var model: CaseModel

    var body: some View {
        VStack(alignment: .leading, spacing: SpaceSize.s2) {
            Text(sheet.title).typeset(TypeSize.title, .bold).accessibilityAddTraits(.isHeader)
            Text(words(.caseCode, ["code": sheet.code])).typeset(TypeSize.small, .regular, Tint.soft)
            Chips(chips: sheet.chips)
            ForEach(sheet.facts) { FactLine(fact: $0) }
        }
        .card()
        Contested(facts: sheet.contested, words: words, isShown: sheet.isContested)
        Actions(sheet: sheet, words: words, model: model)
        Heading(text: words(.caseHistory))
        ForEach(sheet.history) { HistoryCard(line: $0) }
    }
}

/// Values that stand beside each other: shown, never in the way.
private struct Contested: View {
    let facts: [Fact]
    let words: Words
    let isShown: Bool

    var body: some View {
        if isShown {
            VStack(alignment: .leading, spacing: SpaceSize.s2) {
                Text(words(.caseContestedText)).typeset(TypeSize.small, .regular, Tint.amber)
                ForEach(facts) { FactLine(fact: $0) }
            }
            .card()
        }
    }
}

/// What this person may do now; what cannot be done now, with the reason when asked for.
private struct Actions: View {
    let sheet: CaseSheet
    let words: Words
    @Bindable var model: CaseModel
    @State private var isExplaining = false

    var body: some View {
        Heading(text: words(sheet.actionsTitle))
        ForEach(sheet.actions) { action in
            PlainButton(title: action.label) { model.choose(action) }
                .frame(maxWidth: .infinity)
                .card()
        }
        if let chosen = model.chosen {
            VStack(alignment: .leading, spacing: SpaceSize.s3) {
                TextField(words(chosen.wordsHint), text: $model.text, axis: .vertical).lineLimit(2...6).field()
                if let kept = model.kept {
                    Text(kept).typeset(TypeSize.tiny, .regular, Tint.soft)
                }
                MainAction(title: chosen.label, act: model.act).disabled(model.isDoing)
                HStack {
                    PlainButton(title: words(.actionCancel)) { model.choose(nil) }
                    PlainButton(title: words(.draftDiscard), act: model.discardDraft)
                }
            }
            .card()
        }
        if let done = model.done {
            Text(done).typeset(TypeSize.bodyPhone, .medium, Tint.jade).card()
        }
        if let trouble = model.trouble {
            ThreeParts(what: trouble.what, safe: trouble.safe, next: trouble.next, tone: .late)
        }
        DisclosureGroup(words(.caseOtherActions), isExpanded: $isExplaining) {
            ForEach(sheet.others) { action in
                FactLine(fact: Fact(name: action.label, value: action.reason))
            }
        }
        .typeset(TypeSize.bodyPhone)
        .card()
    }
}

/// One act: what, who, when and how sure that is, what was typed, how far it came.
private struct HistoryCard: View {
    let line: HistoryLine

    var body: some View {
        VStack(alignment: .leading, spacing: SpaceSize.s1) {
            Text(line.title).typeset(TypeSize.bodyPhone, .semibold)
            Text(line.by).typeset(TypeSize.small, .regular, Tint.soft)
            Text(line.time).typeset(TypeSize.small, .regular, Tint.soft)
            if let text = line.text {
                Text(text).typeset(TypeSize.bodyPhone)
            }
            Chips(chips: line.chips)
            if let why = line.why {
                Text(why).typeset(TypeSize.small, .regular, Tint.red)
            }
        }
        .card()
        .accessibilityElement(children: .combine)
    }
}
