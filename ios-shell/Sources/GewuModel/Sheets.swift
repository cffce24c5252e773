internal import GewuBindings

// From what the core hands over to what the screens show: places on a screen, no rules.

extension CaseSheet {
    /// `classNames`: names of contested classes by their keys.
    init(_ detail: CaseDetail, classNames: [String: String], _ words: Words) {
        let state = detail.state
        code = state.code
        title = detail.classLabel ?? state.code
        text = state.text?.value
        late = detail.overdue ? words.due(detail.dueInS) : nil
        facts = Self.facts(detail, words)
        chips = Self.chips(detail, words)
        contested = Self.contested(state, classNames, words)
        // Taking a refused act over belongs to that act.
        let lines = detail.actions.enumerated().map { CaseAction($0.offset, $0.element, nil) }.filter { $0.line.kind != .adopt }
        actions = lines.filter { $0.why == nil }
        others = lines.filter { $0.why != nil }
        let adoption = detail.actions.first { $0.kind == .adopt && $0.allowed }
        history = detail.history.reversed().map { HistoryLine($0, adoption, words) }
    }

    private static func facts(_ detail: CaseDetail, _ words: Words) -> [Fact] {
        let state = detail.state
        let assignees = state.assignees.compactMap { $0.party?.name ?? $0.person.map { String($0.hex.prefix(6)) } }
        let rows: [(Word, String?)] = [
            (.caseDeadline, deadline(detail, words)),
            (.caseSuspended, state.suspendedUntilS.map { words.moment($0) }),
            (.caseAssignee, assignees.isEmpty ? words(.caseNobody) : assignees.joined(separator: " · ")),
            (.caseGrid, state.area?.value.name),
            (.casePlace, state.place?.value.map { degrees($0) }),
        ]
        return rows.compactMap { word, value in value.map { Fact(name: words(word), value: $0) } }
    }

    private static func deadline(_ detail: CaseDetail, _ words: Words) -> String {
        let parts = [detail.state.deadlineS.map { words.moment($0) }, detail.dueInS.map { words.due($0) }].compactMap(\.self)
        return parts.isEmpty ? words(.dueNever) : parts.joined(separator: " · ")
    }

    private static func degrees(_ place: Place) -> String { "\(degrees(place.latitudeE7)), \(degrees(place.longitudeE7))" }

    private static func degrees(_ e7: Int32) -> String {
        let digits = String(e7.magnitude % 10_000_000)
        return "\(e7 < 0 ? "−" : "")\(e7.magnitude / 10_000_000).\(String(repeating: "0", count: 7 - digits.count))\(digits)"
    }

    private static func chips(_ detail: CaseDetail, _ words: Words) -> [Chip] {
        let state = detail.state
        let chips: [Chip?] = [
            detail.stageLabel.map { Chip(text: $0, tone: state.open ? .soft : .done) },
            state.urgent?.value == true ? Chip(text: words(.caseUrgent), tone: .late) : nil,
            detail.delivery == .onThisPhone ? Chip(text: words(.caseOnlyHere), tone: .onlyHere) : nil,
            state.contested ? Chip(text: words(.caseContested), tone: .onlyHere) : nil,
            state.reworks > 0 ? Chip(text: words(.caseRework, ["count": words.number(state.reworks)]), tone: .soft) : nil,
            state.selfHandled ? Chip(text: words(.caseSelfHandled), tone: .soft) : nil,
        ]
        return chips.compactMap(\.self)
    }

    private static func contested(_ state: CaseView, _ classNames: [String: String], _ words: Words) -> [Fact] {
        func others(_ name: Word, _ values: [String]) -> [Fact] {
            values.map { Fact(name: words(name), value: words(.caseContestedValue, ["value": $0])) }
        }
        return others(.caseGrid, state.area?.contested.map(\.name) ?? [])
            + others(.caseClass, state.class?.contested.map { classNames[$0] ?? $0 } ?? [])
            + others(.casePlace, state.place?.contested.map { $0.map { degrees($0) } ?? words(.reportPlaceNone) } ?? [])
            + others(.caseText, state.text?.contested.map { $0 ?? words(.caseNoText) } ?? [])
    }
}

extension HistoryLine {
    init(_ line: ActView, _ adoption: ActionLine?, _ words: Words) {
        id = line.entry.hex
        title = line.kindLabel
        by = line.author
        time = "\(words.moment(line.timeS)) · \(line.basisLabel)"
        text = line.text
        let delivery = Chip(text: line.deliveryLabel, tone: line.delivery == .confirmed ? .done : .onlyHere)
        let effect = line.effectLabel.map { Chip(text: $0, tone: .late) }
        chips = [delivery] + (effect.map { [$0] } ?? [])
        self.adoption = line.delivery == .refused ? adoption.map { CaseAction(0, $0, line.entry) } : nil
        why = line.why
    }
}

extension CaseAction {
    init(_ at: Int, _ line: ActionLine, _ adopts: EntryHash?) {
        id = String(at)
        label = line.label
        why = line.allowed ? nil : line.why ?? ""
        needsText = line.needsText
        field = Self.fields[line.kind]
        days = line.kind == .suspend ? [1, 3, 7, 15, 30] : []
        self.adopts = adopts
        self.line = line
    }

    /// What an act is about beside words.
    private static let fields: [Kind: Word] = [.dispatch: .caseParty, .relocate: .caseNewGrid]
}

extension SuperviseSheet {
    init(_ view: SuperviseView, _ settle: SettlePage, _ words: Words) {
        rate = RateFigure(view.rate, words)
        overdue = words(.superviseOverdue, ["count": words.number(view.overdue)])
        grids = view.grids.map { GridBar($0, words) }
        trend = TrendLine(view.trend, words)
        late = view.firstOverdue.map { CaseRow($0, words) }
        self.settle = settle.lines.enumerated().map { SettleRow($0.offset, $0.element, words) }
        settleTitle = words(.settleCount, ["count": words.number(view.toSettle)])
    }
}

extension RateFigure {
    init(_ rate: RateView, _ words: Words) {
        name = words(.superviseRate)
        numerator = rate.numerator ?? 0
        denominator = rate.denominator ?? 0
        shown = rate.shown
        partsLabel = words(.supervisePartsLabel)
        parts = words(.superviseParts, ["numerator": words.number(numerator), "denominator": words.number(denominator)])
        nothing = rate.shown == nil ? words(.superviseNothingDue) : nil
        let counts: [(Word, Int64)] = [
            (.superviseSuspended, rate.suspended), (.superviseForced, rate.forced), (.superviseSelfHandled, rate.selfHandled),
            (.superviseUnconfirmed, rate.unconfirmed),
        ]
        beside = counts.map { words($0, ["count": words.number($1)]) }
        asOf = rate.knownUntilS.map { words(.superviseKnownUntil, ["time": words.moment($0)]) } ?? words(.superviseKnownNever)
        spoken = words(
            .sayRate, ["name": name, "shown": rate.shown ?? "", "numerator": numerator, "denominator": denominator])
    }
}

extension GridBar {
    init(_ line: AreaOverdue, _ words: Words) {
        id = line.area.code
        name = line.area.name
        figures = words(.superviseGrid, ["overdue": words.number(line.overdue), "open": words.number(line.open)])
        share = line.open == 0 ? 0 : Double(line.overdue) / Double(line.open)
    }
}

extension TrendLine {
    /// `nil`: less than two periods have a rate.
    init?(_ points: [TrendPoint], _ words: Words) {
        let known = points.compactMap { point in
            point.denominator.map { (share: Double(point.numerator ?? 0) / Double($0), shown: point.shown ?? "") }
        }
        guard known.count > 1, let last = known.last, let low = known.min(by: { $0.share < $1.share }) else { return nil }
        heights = known.map(\.share)
        spoken = words(.sayTrend, ["low": low.shown, "last": last.shown])
        self.last = last.shown
    }
}

extension SettleRow {
    init(_ at: Int, _ line: SettleLine, _ words: Words) {
        id = String(at)
        code = line.code
        title = line.text ?? line.className ?? line.code
        detail = [line.kindLabel, words.moment(line.timeS), line.reason ?? ""].filter { !$0.isEmpty }.joined(separator: " · ")
        chip = line.contested
            ? Chip(text: words(.settleContested), tone: .onlyHere) : Chip(text: words(.settleRefused), tone: .late)
    }
}
