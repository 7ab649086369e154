namespace Embark.Telemetry;

/// <summary>A way to the controller: by its address, or through the cluster.</summary>
public interface IControllerRoute
{
    /// <summary>Where it leads, for messages.</summary>
    string Place { get; }

    /// <summary>Gets a page, whatever its status.</summary>
    /// <param name="path">Path and query, without a slash before it; escaped already.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="EmbarkException">There is no controller, or it does not answer.</exception>
    Task<ControllerAnswer> AskAsync(string path, CancellationToken cancellationToken);
}

/// <summary>What the controller answered.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">Its body, as it came.</param>
public sealed record ControllerAnswer(int Status, ReadOnlyMemory<byte> Body);
