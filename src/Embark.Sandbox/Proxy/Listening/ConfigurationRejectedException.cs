namespace Embark.Sandbox.Proxy.Listening;

/// <summary>A resource cannot be taken into use; the words go to the control plane (NACK) and to the log.</summary>
internal sealed class ConfigurationRejectedException(string message) : Exception(message);
