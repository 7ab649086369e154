namespace Embark.Benchmarks;

/// <summary>What goes over SSH: the measure is a bare <c>ssh host sh -s</c> over the same link in the same run.</summary>
internal static class SshRows
{
    private static readonly string[] Files = ["x", "sidecar-bootstrap", "ratings-vm.bookinfo"];

    public static async Task<IReadOnlyList<Row>> OneVmAsync(Bench bench, int roundTrip)
    {
        var config = await bench.SshConfigAsync(roundTrip);
        var link = roundTrip == 0 ? "no delay" : $"{roundTrip} ms";
        var wanted = roundTrip == 0 ? "ratio at most 1.8" : "ratio at most 1.35";
        var rows = (await Row.InTurnAsync(9,
            ($"bare ssh host sh -s, {link}", () => bench.BareSshAsync(config)),
            ($"ssh run, all files new, {link}", async () =>
            {
                await bench.EmbarkAsync("leave", "ratings-vm.bookinfo", "--ssh-config", bench.Vm.SshConfig);
                return await bench.EmbarkAsync([.. Files, "--ssh-config", config]);
            }),
            ($"ssh run, nothing to change, {link}", () => bench.EmbarkAsync([.. Files, "--ssh-config", config])))).ToList();
        await bench.EmbarkAsync("leave", "ratings-vm.bookinfo", "--ssh-config", bench.Vm.SshConfig);
        var proxy = await Row.OfAsync($"ssh run, with the proxy (3 s of them watching it), {link}", 1, () => bench.EmbarkAsync([.. Files, "--start-istio-proxy", "--ssh-config", config]));
        var again = await Row.InTurnAsync(9,
            ($"bare ssh host sh -s, {link}, once more", () => bench.BareSshAsync(config)),
            ($"ssh run, proxy runs, nothing to change, {link}", () => bench.EmbarkAsync([.. Files, "--start-istio-proxy", "--ssh-config", config])));
        return
        [
            rows[0], rows[1] with { Against = rows[0], Wanted = wanted }, rows[2] with { Against = rows[0], Wanted = wanted }, proxy,
            again[0], again[1] with { Against = again[0], Wanted = $"{wanted}, at most 1.5 s" },
        ];
    }

    /// <summary>Many logical VMs: users of one machine, each with a lock, a directory and an entry of its own.</summary>
    public static async Task<IReadOnlyList<Row>> FleetAsync(Bench bench)
    {
        const int All = 120, OneByOne = 20;
        var config = await bench.SshConfigAsync(50);
        await bench.Vm.RootAsync($$"""
            for i in $(seq 0 {{All - 1}}); do
                echo "vm$i:x:$((3000 + i)):$((3000 + i))::/home/vm$i:/bin/sh" >>/etc/passwd
                echo "vm$i:x:$((3000 + i)):" >>/etc/group
                echo "vm$i:*:19000:0:99999:7:::" >>/etc/shadow
                install -d -m 700 -o $((3000 + i)) -g $((3000 + i)) /home/vm$i /home/vm$i/.ssh /home/vm$i/proxy
                install -m 600 -o $((3000 + i)) -g $((3000 + i)) /home/{{bench.Vm.Login}}/.ssh/authorized_keys /home/vm$i/.ssh/authorized_keys
            done
            sed -i "s/^docker:.*/&$(seq -s, 0 {{All - 1}} | sed 's/[0-9]*/,vm&/g; s/,,/,/g')/" /etc/group
            """, CancellationToken.None);
        foreach (var (@namespace, first, count) in new[] { ("fleet", 0, All - OneByOne), ("line", All - OneByOne, OneByOne) })
            bench.AddEntries(@namespace, count, (entry, number) =>
            {
                var annotations = entry["metadata"]!["annotations"]!;
                annotations["sidecar-bootstrap.istio.io/ssh-user"] = $"vm{first + number}";
                annotations["sidecar-bootstrap.istio.io/proxy-container-name"] = $"proxy-{first + number}";
                annotations["sidecar-bootstrap.istio.io/proxy-config-dir"] = $"/home/vm{first + number}/proxy";
            });

        var fleet = await Row.OfAsync($"fleet of {All - OneByOne} VMs, 16 at a time, 50 ms", 1, () => bench.EmbarkAsync("x", "sidecar-bootstrap", "--all", "-n", "fleet", "--ssh-config", config));
        var line = await Row.OfAsync($"fleet of {OneByOne} VMs, one after another, 50 ms", 1, () => bench.EmbarkAsync("x", "sidecar-bootstrap", "--all", "-n", "line", "--parallel", "1", "--ssh-config", config));
        var perVm = new Row("one VM of the line", [line.Runs[0] with { Time = line.Median / OneByOne }]);
        var ofMany = new Row($"one VM of the fleet, 16 at a time", [fleet.Runs[0] with { Time = fleet.Median / (All - OneByOne) }]);
        return [line, fleet, ofMany with { Against = perVm, Wanted = "at least 15 times faster where cores allow" }];
    }
}
