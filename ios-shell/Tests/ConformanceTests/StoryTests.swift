import Foundation
import GewuBindings
import Street
import Testing

/// The story of tests/conformance, told through the bindings, must be the one that Rust tells.
struct StoryTests {
    @Test("the story is told as Rust tells it")
    func story() throws {
        let script = try Json.file("story.json")
        let expected = try Json.file("story.expected.json").list
        let hub = try Hub()
        var told = Story()
        for (name, phone) in script["phones"].map.sorted(by: { $0.key < $1.key }) {
            told.phones[name] = try hub.phone(name, phone["role"].text ?? "", phone["area"].text)
        }
        let steps = script["steps"].list
        #expect(steps.count == expected.count)
        for (step, expected) in zip(steps, expected) {
            let found: Json
            do {
                found = ["step": step, "result": try told.step(step)]
            } catch let error as DeviceError {
                found = ["step": step, "error": .text(code(of: error))]
            }
            #expect(found == expected)
        }
        for phone in told.phones.values { try phone.shut() }
    }
}

private struct Story {
    var phones: [String: Device] = [:]
    private var cases: [String: String] = [:]

    /// The name of an enum's case as the other languages write it.
    private func word<Value>(_ value: Value?) -> Json {
        guard let value else { return .null }
        let name = "\(value)"
        return .text(name.reduce(into: "") { $0 += $1.isUppercase ? "_\($1.lowercased())" : "\($1)" })
    }

    private func sorted(_ items: [Json]) -> Json {
        .list(items.sorted { $0.description.utf8.lexicographicallyPrecedes($1.description.utf8) })
    }

    private func name(_ step: Json) -> String {
        let name = step["case"].text ?? ""
        return cases[name] ?? name
    }

    mutating func step(_ step: Json) throws -> Json {
        guard let device = phones[step["phone"].text ?? ""] else { throw Broken("no such phone: \(step)") }
        switch step["do"].text {
        case "report": return try report(device, step)
        case "act": return try act(device, step)
        case "show": return try show(device, step)
        case "rate": return try rate(device, step)
        case "list": return try page(device, step)
        case "sync":
            let did = try device.syncNow()
            return ["sent": Json(did.sent), "refused": Json(did.refused), "quarantined": Json(did.quarantined)]
        case "pause":
            try device.pause()
            return "paused"
        case "resume":
            try device.resume()
            return "resumed"
        case "status":
            let it = try device.status()
            return [
                "enrolled": Json(it.enrolled), "unsent": Json(it.unsent), "sent": Json(it.sent), "refused": Json(it.refused),
                "acts": Json(it.acts), "cases": Json(it.cases),
            ]
        case "rebuild":
            let dumps = try device.rebuild()
            return ["same": Json(dumps.before == dumps.after)]
        default: throw Broken("no such step: \(step)")
        }
    }

    private mutating func report(_ device: Device, _ step: Json) throws -> Json {
        let draft = ReportDraft(
            class: step["class"].text ?? "", text: step["text"].text ?? "", urgent: step["urgent"] == true)
        cases[step["as"].text ?? ""] = try device.report(draft: draft).code
        return "saved"
    }

    private func act(_ device: Device, _ step: Json) throws -> Json {
        let kinds: [Kind] = [.close, .handle, .reopen]
        guard let kind = kinds.first(where: { word($0) == step["kind"] }) else { throw Broken("no such kind: \(step)") }
        let draft = ActDraft(text: step["text"].text ?? "", revision: step["revision"].number.map { UInt32($0) })
        _ = try device.act(name: name(step), kind: kind, draft: draft)
        return "saved"
    }

    private func show(_ device: Device, _ step: Json) throws -> Json {
        let detail = try device.case(name: name(step))
        let state = detail.state
        let history: [Json] = detail.history.map {
            [
                "kind": word($0.kind), "effect": word($0.effect), "delivery": word($0.delivery), "role": word($0.role),
                "text": Json($0.text),
            ]
        }
        return [
            "round": Json(state.round), "stage": word(state.stage), "open": Json(state.open),
            "contested": Json(state.contested), "class": Json(state.class?.value), "class_name": Json(state.className),
            "text": Json(state.text?.value), "urgent": Json(state.urgent?.value), "area": Json(state.area?.value.code),
            "due": Json(state.deadlineS != nil), "reworks": Json(state.reworks), "revision": Json(state.revision),
            "history": sorted(history), "delivery": word(detail.delivery),
        ]
    }

    private func rate(_ device: Device, _ step: Json) throws -> Json {
        let query = RateQuery(definition: step["definition"].text ?? "", toDay: 40_000, area: step["area"].text)
        let rate = try device.rate(query: query)
        return [
            "definition": Json(rate.definition), "numerator": Json(rate.numerator), "denominator": Json(rate.denominator),
            "shown": Json(rate.shown), "unconfirmed": Json(rate.unconfirmed),
            "by": .list(rate.by.map { [Json($0.code), Json($0.numerator), Json($0.denominator)] }),
        ]
    }

    private func page(_ device: Device, _ step: Json) throws -> Json {
        let found =
            switch step["page"].text {
            case "today": try device.today(after: nil)
            case "overdue": try device.overdue(after: nil)
            default: try device.all(after: nil)
            }
        let cases: [Json] = found.cases.map {
            [
                "class": Json($0.class), "stage": word($0.stage), "text": Json($0.text), "overdue": Json($0.overdue),
                "unconfirmed": Json($0.unconfirmed),
            ]
        }
        return ["cases": sorted(cases), "more": Json(found.next != nil)]
    }
}

/// The stable word of an error.
func code(of error: DeviceError) -> String {
    switch error {
    case .Offline(let code, _, _, _), .StorageFull(let code, _, _, _), .UnlockNeeded(let code, _, _, _),
        .UpgradeNeeded(let code, _, _, _), .Busy(let code, _, _, _), .Refused(let code, _, _, _),
        .NotFound(let code, _, _, _), .Invalid(let code, _, _, _), .Damaged(let code, _, _, _),
        .Defect(let code, _, _, _):
        code
    }
}
