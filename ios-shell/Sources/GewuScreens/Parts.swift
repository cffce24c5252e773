import GewuModel
import SwiftUI

/// The truth about sync, first on every screen; and below it what the core says unasked.
struct StatusStrip: View {
    let sync: SyncModel

    var body: some View {
        Text(sync.line)
            .typeset(TypeSize.small, .regular, sync.tone.text)
            .frame(maxWidth: .infinity, alignment: .leading)
            .padding(.horizontal, SpaceSize.s4)
            .padding(.vertical, SpaceSize.s2)
            .background(sync.tone.ground)
    }
}

/// Notices, each with what happened, what is safe and what to do next.
struct Notices: View {
    let notices: [Notice]

    var body: some View {
        ForEach(notices) { notice in
            ThreeParts(what: notice.what, safe: notice.safe, next: notice.next, tone: .onlyHere)
        }
    }
}

/// What happened, what is safe, what to do next.
struct ThreeParts: View {
    let what: String
    let safe: String
    let next: String
    let tone: Tone

    var body: some View {
        VStack(alignment: .leading, spacing: SpaceSize.s2) {
            Text(what).typeset(TypeSize.bodyPhone, .semibold, tone.text)
            Text(safe).typeset(TypeSize.small, .regular, Tint.soft)
            Text(next).typeset(TypeSize.small)
        }
        .card()
        .accessibilityElement(children: .combine)
    }
}

/// A call that failed, with a way to try again.
struct TroubleCard: View {
    let trouble: Trouble
    let words: Words
    let retry: @MainActor () async -> Void

    var body: some View {
        VStack(alignment: .leading, spacing: SpaceSize.s3) {
            ThreeParts(what: trouble.what, safe: trouble.safe, next: trouble.next, tone: .late)
            HStack {
                Text(words(.stateCode, ["code": trouble.code])).typeset(TypeSize.tiny, .regular, Tint.soft)
                Spacer()
                PlainButton(title: words(.actionRetry), act: retry)
            }
        }
    }
}

/// A page in whichever of its states: loading, empty, filled, troubled; without a network it says as of when it is.
struct Paged<Content, Filled: View>: View {
    let page: Page<Content>
    let offline: String?
    let emptyTitle: String
    let emptyText: String
    let words: Words
    let retry: @MainActor () async -> Void
    @ViewBuilder let filled: (Content) -> Filled

    var body: some View {
        if let offline {
            Text(offline).typeset(TypeSize.small, .regular, Tint.soft)
        }
        switch page {
        case .loading:
            HStack(spacing: SpaceSize.s3) {
                ProgressView()
                Text(words(.stateLoading)).typeset(TypeSize.bodyPhone, .regular, Tint.soft)
            }
            .card()
        case .empty:
            VStack(alignment: .leading, spacing: SpaceSize.s2) {
                Text(emptyTitle).typeset(TypeSize.heading, .semibold)
                Text(emptyText).typeset(TypeSize.bodyPhone, .regular, Tint.soft)
            }
            .card()
        case .filled(let content):
            filled(content)
        case .troubled(let trouble):
            TroubleCard(trouble: trouble, words: words, retry: retry)
        }
    }
}

/// A word on a coloured ground.
struct ChipView: View {
    let chip: Chip

    var body: some View {
        Text(chip.text)
            .typeset(TypeSize.tiny, .medium, chip.tone.text)
            .padding(.horizontal, SpaceSize.s2)
            .padding(.vertical, SpaceSize.s1)
            .background(chip.tone.ground, in: Capsule())
    }
}

/// Chips beside each other, below each other where the text is large.
struct Chips: View {
    let chips: [Chip]

    var body: some View {
        ViewThatFits(in: .horizontal) {
            HStack(spacing: SpaceSize.s2) { ForEach(chips) { ChipView(chip: $0) } }
            VStack(alignment: .leading, spacing: SpaceSize.s1) { ForEach(chips) { ChipView(chip: $0) } }
        }
    }
}

/// A case in a list: one bold line, one soft line, one figure at the right.
struct CaseCard: View {
    let row: CaseRow

    var body: some View {
        VStack(alignment: .leading, spacing: SpaceSize.s1) {
            HStack(alignment: .firstTextBaseline, spacing: SpaceSize.s3) {
                Text(row.title).typeset(TypeSize.bodyPhone, .semibold)
                Spacer()
                Text(row.due).typeset(TypeSize.small, .medium, row.tone.text)
            }
            Text(row.detail).typeset(TypeSize.small, .regular, Tint.soft)
            Chips(chips: row.chips)
        }
        .card(edge: row.tone.edge)
        .accessibilityElement(children: .ignore)
        .accessibilityLabel(row.spoken)
        .accessibilityAddTraits(.isButton)
    }
}

/// A heading over cards.
struct Heading: View {
    let text: String

    var body: some View {
        Text(text)
            .typeset(TypeSize.small, .medium, Tint.soft)
            .frame(maxWidth: .infinity, alignment: .leading)
            .padding(.top, SpaceSize.s3)
            .accessibilityAddTraits(.isHeader)
    }
}

/// The one action of a screen: full width, at the thumb.
struct MainAction: View {
    let title: String
    let act: @MainActor () async -> Void

    var body: some View {
        Button {
            Task { await act() }
        } label: {
            Text(title)
                .typeset(TypeSize.heading, .semibold, Tint.card)
                .frame(maxWidth: .infinity, minHeight: TouchSize.action)
                .background(Tint.jade, in: Capsule())
        }
        .buttonStyle(.plain)
        .padding(.horizontal, SpaceSize.s4)
        .padding(.bottom, SpaceSize.s2)
    }
}

/// Any other action.
struct PlainButton: View {
    let title: String
    let act: @MainActor () async -> Void

    var body: some View {
        Button {
            Task { await act() }
        } label: {
            Text(title)
                .typeset(TypeSize.bodyPhone, .medium, Tint.jade)
                .padding(.horizontal, SpaceSize.s3)
                .frame(minWidth: TouchSize.target, minHeight: TouchSize.target)
        }
        .buttonStyle(.plain)
    }
}

/// A name and a value, below each other where the text is large.
struct FactLine: View {
    let fact: Fact

    var body: some View {
        ViewThatFits(in: .horizontal) {
            HStack(alignment: .firstTextBaseline, spacing: SpaceSize.s3) {
                Text(fact.name).typeset(TypeSize.small, .regular, Tint.soft)
                Spacer()
                Text(fact.value).typeset(TypeSize.bodyPhone)
            }
            VStack(alignment: .leading, spacing: SpaceSize.s1) {
                Text(fact.name).typeset(TypeSize.small, .regular, Tint.soft)
                Text(fact.value).typeset(TypeSize.bodyPhone)
            }
        }
        .accessibilityElement(children: .combine)
    }
}
