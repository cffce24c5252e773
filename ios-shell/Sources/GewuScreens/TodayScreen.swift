import GewuModel
import SwiftUI

/// Today: what is late, what is next, and the one action at the thumb.
struct TodayScreen: View {
    let desk: Desk
    let words: Words
    let report: @MainActor () -> Void
    let resume: @MainActor () -> Void
    @Bindable var model: TodayModel

    var body: some View {
        ScrollView {
            LazyVStack(alignment: .leading, spacing: SpaceSize.s3) {
                Title(text: words(.todayTitle), area: model.area)
                TextField(words(.todaySearch), text: $model.search).field()
                Notices(notices: desk.sync.urgent)
                if let draft = model.draft {
                    DraftCard(title: words(.draftReport), kept: draft, words: words, resume: resume) {
                        await model.discardDraft()
                    }
                }
                ForEach(model.caseDrafts) { draft in
                    CaseDraftCard(draft: draft, words: words, model: model)
                }
                Paged(
                    page: model.page, offline: desk.sync.offline, emptyTitle: words(.todayEmptyTitle),
                    emptyText: words(.todayEmptyText), words: words, retry: model.load
                ) { groups in
                    TodayGroups(groups: groups, model: model)
                }
            }
            .padding(SpaceSize.s4)
        }
        .ground()
        .safeAreaInset(edge: .top, spacing: 0) { StatusStrip(sync: desk.sync) }
        .safeAreaInset(edge: .bottom, spacing: 0) {
            VStack(spacing: SpaceSize.s2) {
                UndoBar(saved: desk.saved, words: words).padding(.horizontal, SpaceSize.s4)
                MainAction(title: words(.todayReport)) { report() }
            }
        }
        .task(id: desk.sync.revision) { await model.load() }
        .refreshable { await desk.sync.sync() }
    }
}

/// The list, and what a search that found nothing says in its place.
private struct TodayGroups: View {
    let groups: [CaseGroup]
    let model: TodayModel

    var body: some View {
        if let nothing = model.nothingFound {
            Text(nothing).typeset(TypeSize.bodyPhone, .regular, Tint.soft).card()
        }
        ForEach(groups) { group in
            Heading(text: group.title)
            ForEach(group.rows) { row in
                NavigationLink(value: row.id) { CaseCard(row: row) }.buttonStyle(.plain)
            }
        }
        if model.hasMore {
            ProgressView().task { await model.more() }
        }
    }
}

/// Where one is: the screen's name and the area.
struct Title: View {
    let text: String
    let area: String?

    var body: some View {
        HStack(alignment: .firstTextBaseline) {
            Text(text).typeset(TypeSize.title, .bold).accessibilityAddTraits(.isHeader)
            Spacer()
            if let area {
                ChipView(chip: Chip(text: area, tone: .done))
            }
        }
    }
}

/// What was just saved, and the tap that takes it back.
private struct UndoBar: View {
    let saved: UndoModel
    let words: Words

    var body: some View {
        if let line = saved.line {
            HStack {
                VStack(alignment: .leading, spacing: SpaceSize.s1) {
                    Text(line).typeset(TypeSize.bodyPhone, .medium)
                    Text(saved.left).typeset(TypeSize.tiny, .regular, Tint.soft)
                }
                Spacer()
                PlainButton(title: words(.reportUndo), act: saved.undo)
            }
            .card()
        }
        if let trouble = saved.trouble {
            ThreeParts(what: trouble.what, safe: trouble.safe, next: trouble.next, tone: .late)
        }
    }
}

/// Unfinished words on a case.
private struct CaseDraftCard: View {
    let draft: CaseDraft
    let words: Words
    let model: TodayModel

    var body: some View {
        VStack(alignment: .leading, spacing: SpaceSize.s2) {
            Text(draft.title).typeset(TypeSize.bodyPhone, .semibold)
            Text(draft.kept).typeset(TypeSize.small, .regular, Tint.soft)
            HStack {
                NavigationLink(value: draft.id) {
                    Text(words(.draftResume))
                        .typeset(TypeSize.bodyPhone, .medium, Tint.jade)
                        .padding(.horizontal, SpaceSize.s3)
                        .frame(minHeight: TouchSize.target)
                }
                .buttonStyle(.plain)
                PlainButton(title: words(.draftDiscard)) { await model.discardDraft(draft.id) }
            }
        }
        .card()
    }
}

/// Something unfinished: go on with it or throw it away, one tap each.
struct DraftCard: View {
    let title: String
    let kept: String
    let words: Words
    let resume: @MainActor () async -> Void
    let discard: @MainActor () async -> Void

    var body: some View {
        VStack(alignment: .leading, spacing: SpaceSize.s2) {
            Text(title).typeset(TypeSize.bodyPhone, .semibold)
            Text(kept).typeset(TypeSize.small, .regular, Tint.soft)
            HStack {
                PlainButton(title: words(.draftResume), act: resume)
                PlainButton(title: words(.draftDiscard), act: discard)
            }
        }
        .card()
    }
}
