import HoldfastAnalysis
import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastServer
import HoldfastWire

extension Command {
  static let worker = Command(
    name: "worker",
    summary: "Works for a hub: analyses texts of runs in a space, until it is stopped.",
    details: """
      Any number may work at once; they join and leave at will, and what one had under way when it ended, another goes
      on with. Has the chains that come with Holdfast; workers with other chains are made with the SDK.
      """,
    options: [
      .value("--name", "NAME", "What logs call it.", standard: "worker"),
      .value("--slots", "N", "Columns that it works on at once.", standard: "4"),
      .space,
    ],
    connection: HubLocation.options,
    examples: ["holdfast worker --space shop --data ./hub"],
    run: { arguments, console in
      let hub = try await Client.connect(arguments)
      let catalog = ChainCatalog.standard
      let worker = Worker(
        hub, space: arguments.space, name: arguments["--name"] ?? "worker", chains: catalog.names,
        slots: try arguments.count("--slots", in: 1...Limits.workerSlots) ?? 4, versions: catalog.versions
      ) { batch in
        let done = try catalog.analyze(batch.texts, with: batch.chain, from: batch.summary)
        return Worker.Outcome(
          results: done.results.map(ItemResult.init), summary: done.checkpoint,
          found: done.summary.map(NamedFinding.init))
      }
      console.note("working for the space \(arguments.space): \(catalog.names.joined(separator: ", "))")
      // Whoever asks it to end lets it leave: what it had under way goes to others at once.
      try await Interruption.stoppable { try await worker.run() }
      return .done
    })

  static let workerList = Command(
    name: "worker list",
    summary: "Lists the workers that are there for a space.",
    details:
      "In text: the name, whether it gives signs of life, its columns, the batches that it has done, its chains.",
    options: [.space],
    connection: HubLocation.options,
    examples: ["holdfast worker list --space shop --data ./hub"],
    run: { arguments, console in
      let hub = try await Client.connect(arguments)
      for worker in try await hub.analysis.workers(WorkersRequest(space: arguments.space)).workers {
        console.result(
          [
            worker.name, worker.healthy ? "healthy" : "silent", "\(worker.leases) columns", "\(worker.batches) batches",
            worker.joined.text, worker.chains.joined(separator: ","),
          ].joined(separator: "\t"),
          json: [
            "name": .string(worker.name), "healthy": .bool(worker.healthy), "columns": .unsigned(UInt64(worker.leases)),
            "batches": .unsigned(worker.batches), "joined": .string(worker.joined.text),
            "chains": .array(worker.chains.map(JSON.string)),
          ])
      }
      return .done
    })
}
