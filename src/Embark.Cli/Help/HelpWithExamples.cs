using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Embark.Cli.Output;

namespace Embark.Cli.Help;

/// <summary>The usual help, then examples that can be pasted.</summary>
internal sealed class HelpWithExamples(HelpAction usual, Terminal terminal, string program) : SynchronousCommandLineAction
{
    private static readonly Dictionary<string, string[]> Examples = new()
    {
        ["embark"] = ["embark join ratings-vm.bookinfo --dry-run", "embark join ratings-vm.bookinfo", "embark leave ratings-vm.bookinfo"],
        ["join"] =
        [
            "embark join ratings-vm.bookinfo --dry-run          # shows every file and command; connects to no VM, asks for no token",
            "embark join ratings-vm.bookinfo",
            "embark join -n bookinfo -l class=vm --parallel 32  # many at once",
            "embark join ratings-vm.bookinfo --archive          # a .tgz to carry to a VM that cannot be reached by SSH",
        ],
        ["sidecar-bootstrap"] =
        [
            "embark x sidecar-bootstrap ratings-vm.bookinfo --start-istio-proxy --dry-run",
            "embark x sidecar-bootstrap ratings-vm.bookinfo --start-istio-proxy",
            "embark x sidecar-bootstrap --all -n bookinfo --output-dir ./vms",
        ],
        ["leave"] = ["embark leave ratings-vm.bookinfo --dry-run", "embark leave ratings-vm.bookinfo"],
        ["prepare"] = ["embark prepare root@10.128.0.2           # says what is missing, and asks", "embark prepare admin@10.128.0.2 --yes", "embark prepare --print --public-key ~/.ssh/id_ed25519.pub"],
        ["check"] = ["embark check ratings-vm.bookinfo", "embark check --all -n bookinfo"],
        ["hosts"] = ["embark hosts ratings-vm.bookinfo            # prints the block", "embark hosts ratings-vm.bookinfo --apply", "embark hosts ratings-vm.bookinfo --remove"],
        ["new"] = ["embark new ratings-vm.bookinfo --address 10.128.0.2 --app ratings --version v3 --service-account bookinfo-ratings --network vm-net --port 9080 | kubectl apply -f -"],
        ["firewall"] =
        [
            "embark firewall ratings-vm.bookinfo --mesh 10.4.0.0/14 --operator 192.0.2.0/24",
            "embark firewall ratings-vm.bookinfo -o nftables >embark.nft",
            "embark firewall ratings-vm.bookinfo --verify",
        ],
        ["trust"] = ["embark trust ratings-vm.bookinfo"],
        ["mesh-expansion"] = ["embark mesh-expansion enable --wait 2m", "embark mesh-expansion status", "embark mesh-expansion manifests | kubectl diff -f -", "embark mesh-expansion disable --dry-run"],
        ["enable"] = ["embark mesh-expansion enable --dry-run", "embark mesh-expansion enable --wait 2m --apply-telemetry"],
        ["topology"] = ["embark topology                          # through the cluster", "embark topology --since 10m -o json", "embark topology --controller http://127.0.0.1:8080"],
        ["metrics"] = ["embark metrics ratings.bookinfo", "embark metrics ratings.bookinfo@vm --since 10m -o yaml"],
        ["sandbox"] = ["embark sandbox up", "eval \"$(embark sandbox env)\"          # in another terminal"],
        ["completion"] = ["source <(embark completion bash)"],
    };

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        using var text = new StringWriter();
        (var output, parseResult.InvocationConfiguration.Output) = (parseResult.InvocationConfiguration.Output, text);
        usual.Invoke(parseResult);
        parseResult.InvocationConfiguration.Output = output;
        terminal.Out.Write(text.ToString().ReplaceLineEndings("\n").Replace("\n  embark ", $"\n  {program} ", StringComparison.Ordinal));
        if (!Examples.TryGetValue(NameOf(parseResult), out var examples)) return 0;
        terminal.Out.WriteLine("Examples:");
        foreach (var example in examples) terminal.Out.WriteLine("  " + example.Replace("embark ", program + " ", StringComparison.Ordinal));
        return 0;
    }

    private static string NameOf(ParseResult parsed) => parsed.CommandResult.Parent is null ? "embark" : parsed.CommandResult.Command.Name;
}
