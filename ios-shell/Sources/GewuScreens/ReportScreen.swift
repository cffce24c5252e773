import GewuModel
import SwiftUI

/// Report: a tile, words if any, save. Works in a stairwell without signal and without a fix.
struct ReportScreen: View {
    let desk: Desk
    let words: Words
    @Bindable var model: ReportModel
    @Environment(\.dismiss) private var dismiss

    var body: some View {
        ScrollView {
            LazyVStack(alignment: .leading, spacing: SpaceSize.s3) {
                HStack {
                    Text(words(.reportTitle)).typeset(TypeSize.title, .bold).accessibilityAddTraits(.isHeader)
                    Spacer()
                    PlainButton(title: words(.actionClose)) { dismiss() }
                }
                if let unfinished = model.unfinished {
                    DraftCard(
                        title: words(.draftReport), kept: unfinished, words: words, resume: model.resumeDraft,
                        discard: model.discardDraft)
                }
                switch model.step {
                case .choosing: ClassPicker(desk: desk, words: words, model: model)
                case .writing, .saved: ReportForm(words: words, model: model)
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
            if model.isReady {
                MainAction(title: words(.reportSave), act: model.save).disabled(model.isSaving)
            }
        }
        .task { await model.load() }
        .onChange(of: model.isDone) { dismiss() }
    }
}

/// Ten usual classes as tiles, then a search over names and everyday words.
private struct ClassPicker: View {
    let desk: Desk
    let words: Words
    @Bindable var model: ReportModel

    private let columns = [GridItem(.adaptive(minimum: 140), spacing: SpaceSize.s3)]

    var body: some View {
        Text(words(.reportWhat)).typeset(TypeSize.heading, .semibold)
        TextField(words(.reportSearch), text: $model.query).field()
        if let found = model.found {
            ForEach(found) { choice in
                ClassButton(choice: choice, words: words) { model.choose(choice) }
            }
        } else {
            Heading(text: words(.reportUsual))
            Paged(
                page: model.page, offline: nil, emptyTitle: words(.reportSearch), emptyText: words(.reportSearchExample),
                words: words, retry: model.load
            ) { usual in
                LazyVGrid(columns: columns, spacing: SpaceSize.s3) {
                    ForEach(usual) { choice in
                        ClassButton(choice: choice, words: words) { model.choose(choice) }
                    }
                }
            }
        }
        if let nothing = model.nothingFound {
            Text(nothing).typeset(TypeSize.bodyPhone, .regular, Tint.soft).card()
        }
    }
}

/// A class to tap.
private struct ClassButton: View {
    let choice: ClassChoice
    let words: Words
    let act: @MainActor () -> Void

    var body: some View {
        Button(action: act) {
            VStack(alignment: .leading, spacing: SpaceSize.s1) {
                Text(choice.name).typeset(TypeSize.bodyPhone, .semibold)
                if let alias = choice.alias {
                    Text(alias).typeset(TypeSize.tiny, .regular, Tint.soft)
                }
                Text(choice.group).typeset(TypeSize.tiny, .regular, Tint.soft)
            }
            .frame(minHeight: TouchSize.target, alignment: .topLeading)
            .card()
        }
        .buttonStyle(.plain)
        .accessibilityLabel(words(.sayTile, ["name": choice.name]))
    }
}

/// What was chosen, the words, the place.
private struct ReportForm: View {
    let words: Words
    @Bindable var model: ReportModel

    var body: some View {
        if let chosen = model.chosen {
            HStack {
                Text(chosen.name).typeset(TypeSize.heading, .semibold)
                Spacer()
                PlainButton(title: words(.reportChange)) { model.chooseAgain() }
            }
            .card()
            Conditions(chosen: chosen, words: words, model: model)
        }
        TextField(words(.reportTextHint), text: $model.text, axis: .vertical)
            .lineLimit(3...8)
            .field()
            .accessibilityLabel(words(.reportText))
        if let kept = model.kept {
            Text(kept).typeset(TypeSize.tiny, .regular, Tint.soft)
        }
        Toggle(isOn: $model.isUrgent) {
            VStack(alignment: .leading, spacing: SpaceSize.s1) {
                Text(words(.reportUrgent)).typeset(TypeSize.bodyPhone, .medium)
                Text(words(.reportUrgentHint)).typeset(TypeSize.tiny, .regular, Tint.soft)
            }
        }
        .card()
        VStack(alignment: .leading, spacing: SpaceSize.s2) {
            Text(words(.reportPlace)).typeset(TypeSize.bodyPhone, .medium)
            Text(model.placeLine).typeset(TypeSize.small, .regular, model.placeTone.text)
            HStack {
                PlainButton(title: words(.reportPlaceAgain), act: model.findPlace)
                if model.hasPlace {
                    PlainButton(title: words(.reportPlaceRemove)) { model.removePlace() }
                }
            }
        }
        .card()
    }
}

/// The conditions of a class that has several.
private struct Conditions: View {
    let chosen: ClassChoice
    let words: Words
    @Bindable var model: ReportModel

    var body: some View {
        if model.hasConditions {
            Picker(words(.reportCondition), selection: $model.condition) {
                ForEach(chosen.conditions) { condition in
                    Text(condition.name).tag(Optional(condition.id))
                }
            }
            .card()
        }
    }
}
