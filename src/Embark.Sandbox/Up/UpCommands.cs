using System.Text.Json.Nodes;
using Embark.Sandbox.Hosts;
using Embark.Sandbox.Vm;

namespace Embark.Sandbox.Up;

/// <summary><c>up</c>, <c>down</c>, <c>env</c> and <c>status</c>.</summary>
internal static class UpCommands
{
    public static async Task<int> UpAsync(string[] args, CancellationToken cancellationToken)
    {
        var words = new Words(args);
        var options = new SandboxOptions
        {
            Directory = words.Value("--dir") ?? RunDirectory.Default,
            Vm = new VmOptions { Docker = words.Engine(), Bare = words.Flag("--bare") },
            RequireHosts = words.Flag("--require-hosts"),
            Controller = words.Flag("--no-controller") ? null : ControllerProcess.Find(),
            Progress = line => Console.WriteLine($"sandbox: {line}"),
        };
        words.End();
        await using var sandbox = await SandboxUp.StartAsync(options, cancellationToken);
        Console.WriteLine("sandbox: in another terminal: eval \"$(embark sandbox env)\"; Ctrl-C here ends it");
        await cancellationToken.WhenCancelled();
        Console.WriteLine("sandbox: ending");
        return 0;
    }

    public static async Task<int> DownAsync(string[] args, CancellationToken cancellationToken)
    {
        var directory = Directory(args);
        if (SandboxState.Read(directory) is not { } state)
        {
            Console.WriteLine($"no sandbox runs in {directory}");
            return 0;
        }
        if (state["pid"] is { } pid)
            _ = Native.Kill((int)pid, Native.SigTerm);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        try
        {
            while (System.IO.Directory.Exists(RunDirectory.Of(directory)))
                await Task.Delay(20, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SandboxException($"the sandbox in {directory} (process {state["pid"]}) did not end within 20 s", $"kill -9 {state["pid"]}: everything of it ends with it");
        }
        return 0;
    }

    public static int Env(string[] args)
    {
        var state = SandboxState.RequireReady(Directory(args));
        Console.WriteLine($"export KUBECONFIG={state["kubeconfig"]}");
        if (state["sshConfig"] is { } config)
            Console.WriteLine($"export EMBARK_SSH_CONFIG={config}");
        if (state["controller"] is { } controller)
            Console.WriteLine($"export EMBARK_CONTROLLER_URL={controller.ToString().TrimEnd('/')}");
        if (state["productPage"] is { } page)
            Console.WriteLine($"export EMBARK_PRODUCTPAGE={page}");
        return 0;
    }

    public static int Status(string[] args)
    {
        var words = new Words(args);
        var json = (words.Value("-o") ?? words.Value("--output")) switch
        {
            null or "table" => false,
            "json" => true,
            var other => throw new SandboxException($"-o {other}: not known", "one of json, table"),
        };
        var directory = words.Value("--dir") ?? RunDirectory.Default;
        words.End();
        var state = SandboxState.Read(directory);
        if (json)
            Console.WriteLine((state ?? new JsonObject { ["ready"] = false }).ToJsonString());
        else if (state is null)
            Console.WriteLine($"no sandbox runs in {directory}");
        else
            Show(state);
        return state is null ? 1 : 0;
    }

    private static void Show(JsonNode state)
    {
        Console.WriteLine($"ready       {((bool)state["ready"]! ? "yes" : "not yet")}");
        Console.WriteLine($"process     {state["pid"]}");
        Console.WriteLine($"API         {state["api"]}");
        Console.WriteLine($"kubeconfig  {state["kubeconfig"]}");
        Console.WriteLine($"ssh_config  {state["sshConfig"]?.ToString() ?? "none: no hosts on this machine"}");
        Console.WriteLine($"mesh page   {state["controller"]?.ToString() ?? "none: no controller, the VM gateway is there from the start"}");
        Console.WriteLine($"Bookinfo    {state["productPage"]?.ToString() ?? "none"}");
        foreach (var host in state["hosts"]?.AsArray() ?? [])
            Console.WriteLine($"host        {host!["name"]} {host["address"]}");
    }

    private static string Directory(string[] args)
    {
        var words = new Words(args);
        var directory = words.Value("--dir") ?? RunDirectory.Default;
        words.End();
        return directory;
    }
}
