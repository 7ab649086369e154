using System.Net;

namespace Embark.Sandbox.ApiServer;

/// <summary>What an API server starts with.</summary>
internal sealed record ApiServerOptions
{
    public IPAddress ListenAddress { get; init; } = IPAddress.Loopback;

    /// <summary>0 takes any free port.</summary>
    public int Port { get; init; }

    /// <summary>More addresses that the server's certificate is valid for.</summary>
    public IReadOnlyList<IPAddress> MoreAddresses { get; init; } = [];

    /// <summary>True: the mesh of <see cref="SandboxObjects"/> is there from the start; false: only what an empty cluster has.</summary>
    public bool WithMesh { get; init; } = true;

    /// <summary>How the mesh comes by its VM gateway.</summary>
    public VmGateway Gateway { get; init; } = VmGateway.Given;

    /// <summary>True: the mesh's configuration has all proxies send traces and access logs to the collector.</summary>
    public bool Sending { get; init; }

    /// <summary>YAML texts whose documents are loaded last, in order; an object that is there already is replaced.</summary>
    public IReadOnlyList<string> Yaml { get; init; } = [];

    /// <summary>Clock of tokens, timestamps and the Date header.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>File that gets a line per request; null for none.</summary>
    public string? RequestLogFile { get; init; }
}

/// <summary>How the mesh comes by its VM gateway.</summary>
internal enum VmGateway
{
    /// <summary>It is there from the start.</summary>
    Given,

    /// <summary>The ControlPlane asks for it, and a controller makes it.</summary>
    Asked,

    /// <summary>Nobody has asked for it yet.</summary>
    None,
}
