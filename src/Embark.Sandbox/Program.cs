using System.Net;
using Embark.Sandbox;
using Embark.Sandbox.Apps;
using Embark.Sandbox.Docker;
using Embark.Sandbox.Docker.Registry;
using Embark.Sandbox.Proxy;
using Embark.Sandbox.Up;

var (stop, signals) = Shutdown.OnSignals();
try
{
    return args switch
    {
        ["up", .. var options] => await UpCommands.UpAsync(options, stop.Token),
        ["down", .. var options] => await UpCommands.DownAsync(options, stop.Token),
        ["env", .. var options] => UpCommands.Env(options),
        ["status", .. var options] => UpCommands.Status(options),
        ["shell", .. var options] => ShellCommand.Run(options),
        ["app", "ratings", "--listen", var listen] => await RatingsApp.RunAsync(IPEndPoint.Parse(listen), stop.Token),
        ["api", .. var options] => await Embark.Sandbox.ApiServer.ApiCommand.RunAsync(options, stop.Token),
        ["proxy", .. var words] => await ProxyProgram.RunAsync(words, stop.Token),
        ["cluster", .. var words] => await Embark.Sandbox.Pods.ClusterProgram.RunAsync(Embark.Sandbox.Pods.ClusterOptions.Parse(words), stop.Token),
        ["registry", "--listen", var listen, "--layer", var layer] => await RegistryServer.RunAsync(IPEndPoint.Parse(listen), layer, stop.Token),
        ["relay", var target, var roundTrip] => await Embark.Sandbox.Relay.RelayCommand.RunAsync(target, roundTrip, stop.Token),
        ["engine"] => await EngineServer.RunAsync(stop.Token),
        ["vm", .. var options] => await VmCommand.RunAsync(options, stop.Token),
        _ => Usage(),
    };
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    return 130;
}
catch (SandboxException failure)
{
    Console.Error.WriteLine($"embark-sandbox: {failure.Message}");
    if (failure.Fix is { } fix)
        Console.Error.WriteLine($"    fix: {fix}");
    return 1;
}
finally
{
    foreach (var signal in signals)
        signal.Dispose();
    stop.Dispose();
}

static int Usage()
{
    Console.Error.WriteLine("""
        embark-sandbox: a small mesh on one machine

          up [--engine standin|docker|none] [--require-hosts] [--bare] [--no-controller]     the whole sandbox, until Ctrl-C or down
          down                                                    ends it
          env                                                     shell exports for it; fails until it is ready
          status [-o json]                                        what runs
          shell [vm|edge] [--root] [-- COMMAND]                   a shell on one of its hosts
            each: [--dir DIR], else EMBARK_SANDBOX_DIR, else one place for each user

          api --kubeconfig-out FILE [--load FILE]... [--port N] [--request-log FILE]   the Kubernetes API server alone, until Ctrl-C
          vm [--user NAME] [--shell PATH] [--sshd-option X]... [--engine ...] [--ipv6]   one VM for SSH, until Ctrl-C
        """);
    return 2;
}
