namespace Embark.EndToEnd.Tests.CommandLine;

/// <summary>Wrong usage: exit code 2, the original's words, and nothing is done.</summary>
public sealed class Usage
{
    private const string Either = "sidecar-bootstrap command requires either a <workload-entry-name>[.<namespace>] argument or the --all flag";

    [Theory(Timeout = 60_000)]
    [InlineData("", Either)]
    [InlineData("ratings-vm --all", Either + " but not both")]
    [InlineData("a -o --output-file f", "use either -o or --output-file but not both")]
    [InlineData("a -o --output-dir d", "use either -o or --output-dir but not both")]
    [InlineData("a --output-file f -d d", "use either --output-file or --output-dir but not both")]
    [InlineData("a --dry-run -o", "it is not possible to use --dry-run flag together with -o")]
    [InlineData("a --dry-run --output-file f", "it is not possible to use --dry-run flag together with --output-file")]
    [InlineData("a --dry-run --output-dir d", "it is not possible to use --dry-run flag together with --output-dir")]
    [InlineData("a --bogus", "unknown flag: --bogus")]
    [InlineData("a -z", "unknown shorthand flag: 'z' in -z")]
    [InlineData("a --duration abc", "invalid argument \"abc\" for \"--duration\" flag: time: invalid duration \"abc\"")]
    [InlineData("a --duration", "flag needs an argument: --duration")]
    [InlineData("a --duration 9m59s", "--duration must be from 10m to 24h")]
    [InlineData("a --duration 24h1s", "--duration must be from 10m to 24h")]
    [InlineData("a --ssh-port 65536", "invalid argument \"65536\" for \"--ssh-port\" flag")]
    [InlineData("a --profile old", "invalid argument \"old\" for \"--profile\" flag: want one of modern, tetrate")]
    [InlineData("a --ignore-host-keys", "--ignore-host-keys is refused")]
    [InlineData("a --ssh-password", "--ssh-password needs a terminal")]
    [InlineData("ratings-vm.", "an empty namespace may not be set when a resource name is provided")]
    [InlineData(".bookinfo", "the name before the dot is empty")]
    [InlineData("one two", "one name at a time, not 2: one, two")]
    public async Task Says_what_is_wrong(string arguments, string message)
    {
        var run = await EmbarkProgram.RunAsync(["x", "sidecar-bootstrap", .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);

        run.ShouldEndWith(2);
        Assert.StartsWith("Error: ", run.Error, StringComparison.Ordinal);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.Contains("fix: see embark x sidecar-bootstrap --help", run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("root@-oProxyCommand=x", "'-oProxyCommand=x' is no host name and no IP address")]
    [InlineData("a;b@10.0.0.9", "'a;b' is no login name")]
    [InlineData("root@10.0.0.9:0", "\"0\" is no port")]
    public async Task A_machine_that_ssh_must_not_be_given_is_refused_before_anything_is_done(string machine, string message)
    {
        var run = await EmbarkProgram.RunAsync("prepare", machine);

        run.ShouldEndWith(2);
        Assert.StartsWith("Error: ", run.Error, StringComparison.Ordinal);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Names_all_mistakes_at_once()
    {
        var run = await EmbarkProgram.RunAsync("join", "a", "--all", "--dry-run", "--archive");

        run.ShouldEndWith(2);
        Assert.Contains("but not both", run.Error, StringComparison.Ordinal);
        Assert.Contains("--dry-run flag together with --archive", run.Error, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Empty_name_is_refused() => (await EmbarkProgram.RunAsync("join", "")).ShouldEndWith(2);

    [Fact(Timeout = 60_000)]
    public async Task Unknown_command_is_refused()
    {
        var run = await EmbarkProgram.RunAsync("jion", "ratings-vm");

        run.ShouldEndWith(2);
        Assert.Contains("unknown command \"jion\" for \"embark\"", run.Error, StringComparison.Ordinal);
    }
}
