using System.Diagnostics;
using System.Text.Json.Nodes;
using Embark.Sandbox.ApiServer;
using Embark.Sandbox.Gateway;
using Embark.Sandbox.Pods;
using Embark.Sandbox.Hosts;
using Embark.Sandbox.Vm;

namespace Embark.Sandbox.Up;

/// <summary>What a sandbox is made of.</summary>
internal sealed record SandboxOptions
{
    /// <summary>Directory of the sandbox; one each.</summary>
    public string Directory { get; init; } = RunDirectory.Default;

    public VmOptions Vm { get; init; } = new();

    public ApiServerOptions Api { get; init; } = new();

    /// <summary>False starts the API server alone where hosts are out of reach; true makes that an error.</summary>
    public bool RequireHosts { get; init; }

    /// <summary>The controller's program, which then makes the VM gateway; null: the gateway is there from the start.</summary>
    public string? Controller { get; init; }

    /// <summary>Told what happens, one line each.</summary>
    public Action<string> Progress { get; init; } = _ => { };
}

/// <summary>A whole sandbox in this process: the API server and the hosts. Disposing it leaves nothing behind, nor does killing it.</summary>
internal sealed class SandboxUp : IAsyncDisposable
{
    private readonly RunDirectory _directory;

    private SandboxUp(RunDirectory directory) => _directory = directory;

    public ApiServer.ApiServer Api { get; private set; } = null!;

    /// <summary>Null where the machine does not let us have hosts.</summary>
    public VmHost? Vm { get; private set; }

    public string KubeconfigFile => _directory.File("kubeconfig");

    public string RequestLog => _directory.File("log", "api.log");

    /// <summary>ssh_config that reaches the VM; null without hosts.</summary>
    public string? SshConfig => Vm?.SshConfig;

    /// <summary>Where the product page is open to people on this machine; null without hosts.</summary>
    public Uri? ProductPage { get; private set; }

    /// <summary>Where the controller serves; null without one.</summary>
    public Uri? ControllerAddress => Controller?.Address;

    private Fabric? Fabric { get; set; }

    /// <summary>Null where there are no hosts.</summary>
    public ClusterHost? Cluster { get; private set; }

    private LoadBalancer? Balancer { get; set; }

    private ControllerProcess? Controller { get; set; }

    public static async Task<SandboxUp> StartAsync(SandboxOptions options, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var sandbox = new SandboxUp(RunDirectory.Open(options.Directory));
        try
        {
            sandbox._directory.MakeDirectory("log");
            await sandbox.WriteStateAsync(ready: false, cancellationToken);
            await Task.WhenAll(sandbox.StartApiAsync(options, cancellationToken), sandbox.StartHostsAsync(options, cancellationToken));
            // A machine that nobody prepared has no objects either.
            if (options.Vm.Bare && options.Api.WithMesh) sandbox.ForgetVm();
            await sandbox.StartClusterAsync(options, cancellationToken);
            await sandbox.WriteStateAsync(ready: true, cancellationToken);
            options.Progress($"ready in {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s");
            return sandbox;
        }
        catch
        {
            await sandbox.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Cluster is not null)
            await Cluster.DisposeAsync();
        if (Vm is not null)
            await Vm.DisposeAsync();
        if (Fabric is not null)
            await Fabric.DisposeAsync();
        if (Controller is not null)
            await Controller.DisposeAsync();
        if (Balancer is not null)
            await Balancer.DisposeAsync();
        if (Api is not null)
            await Api.DisposeAsync();
        await _directory.DisposeAsync();
    }

    private async Task StartApiAsync(SandboxOptions options, CancellationToken cancellationToken)
    {
        Api = await Task.Run(() => ApiServer.ApiServer.StartAsync(options.Api with
        {
            RequestLogFile = options.Api.RequestLogFile ?? RequestLog,
            // Where nobody prepared the machine, nobody asked for its gateway either.
            Gateway = options.Vm.Bare ? VmGateway.None : options.Controller is null ? options.Api.Gateway : VmGateway.Asked,
            Sending = options.Controller is not null,
        }, cancellationToken), cancellationToken);
        Balancer = new LoadBalancer(Api.Store, MeshAddresses.Gateway);
        await _directory.WriteAsync("kubeconfig", Api.KubeconfigFor("admin"), cancellationToken);
        options.Progress($"Kubernetes API at {Api.Address}");
        if (options.Controller is not { } program)
            return;
        // At once, so that it gets ready while hosts are made.
        Controller = ControllerProcess.Start(program, KubeconfigFile, _directory.File("log", "controller.log"));
        Api.Services.Stand("istio-system", "embark-controller:http", Controller.Address);
        options.Progress($"controller, with a page of the mesh at {Controller.Address}");
    }

    private void ForgetVm()
    {
        Api.Store.Change(new("networking.istio.io", "workloadentries"), "bookinfo", "ratings-vm", _ => null);
        Api.Store.Change(new("networking.istio.io", "sidecars"), "bookinfo", "bookinfo-ratings-no-iptables", _ => null);
    }

    private async Task StartHostsAsync(SandboxOptions options, CancellationToken cancellationToken)
    {
        try
        {
            Fabric = await Fabric.StartAsync(_directory, new HostSpec("edge"), cancellationToken);
            if (Fabric.Rootless)
                options.Progress("hosts in an unprivileged user namespace");
            Vm = await VmHost.StartAsync(options.Vm, _directory, Fabric, cancellationToken);
            options.Progress($"VM {Vm.Address} with sshd, docker ({(options.Vm.Docker == VmDocker.Engine ? "the real engine" : "the stand-in")}) and the ratings application");
        }
        catch (SandboxException unreachable) when (unreachable.HostsOnly && !options.RequireHosts)
        {
            options.Progress($"no hosts here, only the API server and dry runs: {unreachable.Message}");
            if (unreachable.Fix is { } fix)
                options.Progress($"    fix: {fix}");
        }
    }

    private async Task StartClusterAsync(SandboxOptions options, CancellationToken cancellationToken)
    {
        if (Vm is null || Fabric is null || !options.Api.WithMesh)
            return;
        Cluster = await ClusterHost.StartAsync(Fabric, Vm.Network, _directory, KubeconfigFile, awaitGateway: options.Controller is not null && !options.Vm.Bare, Controller?.Ports, cancellationToken);
        ProductPage = Cluster.ProductPage;
        options.Progress($"istiod, the VM gateway and Bookinfo; product page at {ProductPage}");
    }

    private Task<string> WriteStateAsync(bool ready, CancellationToken cancellationToken) => _directory.WriteAsync("state.json", new JsonObject
    {
        ["pid"] = Environment.ProcessId,
        ["ready"] = ready,
        ["kubeconfig"] = ready ? KubeconfigFile : null,
        ["api"] = ready ? Api.Address.ToString() : null,
        ["sshConfig"] = SshConfig,
        ["requestLog"] = RequestLog,
        ["controller"] = ControllerAddress?.ToString(),
        ["productPage"] = ProductPage?.ToString(),
        ["hosts"] = Vm is null ? new JsonArray() : new JsonArray(
            new JsonObject { ["name"] = "edge", ["pid"] = Vm.Edge.Pid },
            new JsonObject { ["name"] = Vm.Host.Name, ["pid"] = Vm.Host.Pid, ["address"] = Vm.Address, ["user"] = Vm.Login }),
        ["rootless"] = Fabric?.Rootless ?? false,
    }.ToJsonString(), cancellationToken);
}
